/** A line of a CSV file for spreadsheets (RFC 4180), with CRLF. */
export function csvLine(cells: readonly (string | number | null)[]): string {
  return `${cells.map((cell) => cellOf(cell)).join(',')}\r\n`;
}

/**
 * Text from a client, such as a User-Agent, may begin like a formula. A spreadsheet would run it (OWASP, CSV
 * Injection). An apostrophe in front makes it text.
 */
function cellOf(value: string | number | null): string {
  if (value === null) return '';
  const text = typeof value === 'string' && /^[=+\-@\t\r\n]/.test(value) ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) || text !== text.trim() ? `"${text.replaceAll('"', '""')}"` : text;
}
