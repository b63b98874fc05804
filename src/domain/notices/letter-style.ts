import { type BrandColors, darkGround } from './letterhead.ts';

/**
 * The style of a letter. Words have a contrast of 4.5 or more on their ground, light and dark, with each colour that
 * BRAND_COLOR may have. Links stand on the white or dark ground of the page alone, because the brand's colour is
 * checked against these.
 */
export function letterStyle({ light, dark }: BrandColors): string {
  return `
:root { color-scheme: light dark; }
body { margin: 0; padding: 24px 16px; background: #f4f5f7; color: #1a1f26;
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, Arial, sans-serif; }
.page { max-width: 520px; margin: 0 auto; padding: 24px; border: 1px solid #dcdfe4; border-top: 4px solid ${light};
  border-radius: 12px; background: #ffffff; overflow-wrap: anywhere; }
.brand { color: ${light}; font-weight: 700; }
h1 { margin: 0 0 16px; font-size: 22px; line-height: 1.3; }
p { margin: 0 0 16px; }
a { color: ${light}; }
.facts { margin: 0 0 16px; border-collapse: collapse; }
th { padding: 4px 16px 4px 0; color: #56606c; font-weight: 400; text-align: left; vertical-align: top;
  white-space: nowrap; }
td { padding: 4px 0; font-weight: 600; vertical-align: top; }
.button { display: inline-block; padding: 12px 20px; border-radius: 8px; background: ${light}; color: #ffffff;
  font-weight: 600; text-decoration: none; }
.code { font: 700 32px/1.3 ui-monospace, Consolas, monospace; letter-spacing: 4px; }
.quiet { color: #56606c; font-size: 14px; }
code { font: 14px/1.5 ui-monospace, Consolas, monospace; }
@media (prefers-color-scheme: dark) {
  body { background: #111418; color: #e9ecf0; }
  .page { border-color: #333a43; border-top-color: ${dark}; background: ${darkGround}; }
  .brand { color: ${dark}; }
  a { color: ${dark}; }
  th { color: #a5afbb; }
  .button { background: ${dark}; color: #10151b; }
  .quiet { color: #a5afbb; }
}
`
    .replace(/\s*\n\s*/g, ' ')
    .trim();
}
