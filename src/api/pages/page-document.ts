import { createHash } from 'node:crypto';
import { escapeHtml } from '../../lib/escape-html.ts';
import type { PageFile, Pages } from './page-files.ts';

/** What the pages read from the document when they start. `web/src/settings.ts` has the same shape. */
type PageSettings = {
  readonly brand: { readonly name: string; readonly logo: string | null; readonly help: string | null };
  readonly returnOrigins: readonly string[];
  /** Whether `/docs` is there. */
  readonly docs: boolean;
  /** What a login begins with, by area. Areas that take a password alone are not named. */
  readonly firstFactor?: Readonly<Record<string, 'passkey' | 'either'>>;
};

const placeholder = '<meta name="sallyport-settings" content="{}" />';

/**
 * The document with the brand and the settings, and the files that they add. The settings stand in a `meta` element,
 * because the policy of the pages allows no script in the document.
 */
export function completeDocument(
  { html, brand, returnOrigins }: Pages,
  { docs, firstFactor = {} }: Pick<PageSettings, 'docs' | 'firstFactor'>,
): { readonly html: string; readonly files: ReadonlyMap<string, PageFile> } {
  if (!html.includes(placeholder)) throw new Error('The built document has no place for its settings');
  const style = brand.colors && styleOf(brand.colors);
  const styleUrl = style && `/pages/brand-${hashOf(style.bytes)}.css`;
  const logoUrl = brand.logo && `/pages/logo-${hashOf(brand.logo.bytes)}${brand.logo.ending}`;
  const settings: PageSettings = {
    brand: { name: brand.name, logo: logoUrl, help: brand.help },
    returnOrigins,
    docs,
    ...(Object.keys(firstFactor).length > 0 && { firstFactor }),
  };
  const complete = html
    .replace(
      placeholder,
      () => `<meta name="sallyport-settings" content="${escapeHtml(JSON.stringify(settings))}" />`,
    )
    .replace(/<title>[^<]*<\/title>/, () => `<title>${escapeHtml(brand.name)}</title>`)
    .replace('</head>', () => (styleUrl ? `<link rel="stylesheet" href="${styleUrl}" /></head>` : '</head>'));
  const files = new Map<string, PageFile>();
  if (style && styleUrl) files.set(styleUrl, style);
  if (brand.logo && logoUrl) files.set(logoUrl, brand.logo);
  return { html: complete, files };
}

/** A style sheet of its own, because the policy of the pages allows no style in the document. */
function styleOf({ light, dark }: { readonly light: string; readonly dark: string }): PageFile {
  const text = `:root{--brand:${light}}@media (prefers-color-scheme:dark){:root{--brand:${dark}}}\n`;
  return { type: 'text/css; charset=utf-8', bytes: Buffer.from(text), compressed: null };
}

function hashOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 12);
}
