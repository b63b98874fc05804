/** Gives a text or bytes to the person as a file. No address holds it, so no token stands in one. */
export function download(name: string, content: Blob): void {
  const url = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The browser has begun to read it by then.
  window.setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

export function downloadCsv(name: string, text: string): void {
  // The mark tells spreadsheets that it is UTF-8.
  download(name, new Blob(['\uFEFF', text], { type: 'text/csv;charset=utf-8' }));
}
