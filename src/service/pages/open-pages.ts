import { readFileSync } from 'node:fs';
import { extname } from 'node:path';
import type { Brand, Pages } from '../../api/pages/page-files.ts';
import { lightenedFor } from '../../lib/contrast.ts';
import type { Config } from '../config/config.ts';
import { buildPages } from './build-pages.ts';
import { readBuilt } from './read-built.ts';

type Print = (line: string) => void;

const logoTypes: Readonly<Record<string, string>> = {
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webp': 'image/webp',
};
const largestLogo = 256 * 1024;
/** The ground of dark pages: `web/src/styles/theme.css` has the same. */
const darkGround = '#1b1f24';

/**
 * The pages as configured. If their sources are there and have changed, it builds them first. Null if PAGES=off, or if
 * they are not built and cannot be built here. Throws if BRAND_LOGO cannot be read.
 */
export async function openPages({ pages, http }: Config, print: Print): Promise<Pages | null> {
  if (!pages) return null;
  const folder = new URL('../../../web/', import.meta.url);
  const isThere = await buildPages(folder, print);
  if (!isThere) return null;
  const { portalUrl, issuer, corsOrigins } = http;
  const own = new URL(issuer).origin;
  const origins = new Set([new URL(portalUrl).origin, ...corsOrigins]);
  return {
    ...readBuilt(new URL('dist/', folder)),
    brand: {
      name: pages.brandName,
      colors: pages.brandColor
        ? { light: pages.brandColor, dark: lightenedFor(darkGround, pages.brandColor, 7) }
        : null,
      logo: pages.brandLogo ? readLogo(pages.brandLogo) : null,
      help: pages.helpContact,
    },
    returnOrigins: [...origins].filter((origin) => origin !== own),
  };
}

function readLogo(path: string): Brand['logo'] {
  const ending = extname(path);
  const bytes = readBytes(path);
  if (bytes.length > largestLogo) throw new Error(`BRAND_LOGO: ${path} is larger than 256 KiB`);
  return { type: logoTypes[ending] ?? 'application/octet-stream', bytes, compressed: null, ending };
}

function readBytes(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new Error(`BRAND_LOGO: ${path} cannot be read`, { cause: error });
  }
}
