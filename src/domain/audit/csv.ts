/** A table for spreadsheets: RFC 4180, with CRLF. */
export function csvLine(cells: readonly (string | number | null)[]): string {
  return `${cells.map((cell) => cellOf(cell)).join(',')}\r\n`;
}

/**
 * What a client sent, such as a User-Agent, may begin like a formula, and a spreadsheet would run it (OWASP, CSV Injection):
 * an apostrophe in front makes it text.
 */
function cellOf(value: string | number | null): string {
  if (value === null) return '';
  const text = typeof value === 'string' && /^[=+\-@\t\r\n]/.test(value) ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) || text !== text.trim() ? `"${text.replaceAll('"', '""')}"` : text;
}
