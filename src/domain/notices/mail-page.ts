import { escapeHtml } from '../../lib/escape-html.ts';

/**
 * The HTML of a mail: one column of plain parts. Mail programs keep little of HTML, so it needs neither its style nor
 * a picture to be read. Colours have a contrast of 4.5 or more, light and dark.
 */
export function mailPage(title: string, parts: readonly string[]): string {
  return [
    '<!doctype html><html lang="en"><head><meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark">',
    `<title>${escapeHtml(title)}</title><style>${style}</style></head>`,
    `<body><main class="page">${parts.join('')}</main></body></html>`,
  ].join('');
}

/** A link that looks like a button. Where the style is lost, it is a link. */
export function mailButton(words: string, link: string): string {
  return `<p><a class="button" href="${escapeHtml(link)}">${escapeHtml(words)}</a></p>`;
}

const style = `
:root { color-scheme: light dark; }
body { margin: 0; padding: 24px 16px; background: #f4f5f7; color: #1a1f26;
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, Arial, sans-serif; }
.page { max-width: 520px; margin: 0 auto; padding: 24px; border: 1px solid #dcdfe4; border-radius: 12px;
  background: #ffffff; overflow-wrap: anywhere; }
h1 { margin: 0 0 16px; font-size: 22px; line-height: 1.3; }
p { margin: 0 0 16px; }
a { color: #1d4f8c; }
.button { display: inline-block; padding: 12px 20px; border-radius: 8px; background: #1d4f8c; color: #ffffff;
  font-weight: 600; text-decoration: none; }
.quiet { color: #56606c; font-size: 14px; }
code { font: 14px/1.5 ui-monospace, Consolas, monospace; }
@media (prefers-color-scheme: dark) {
  body { background: #111418; color: #e9ecf0; }
  .page { border-color: #333a43; background: #1b1f24; }
  a { color: #8ab4ec; }
  .button { background: #8ab4ec; color: #10151b; }
  .quiet { color: #a5afbb; }
}
`
  .replace(/\s*\n\s*/g, ' ')
  .trim();
