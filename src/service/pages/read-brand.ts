import { readFileSync } from 'node:fs';
import { extname } from 'node:path';
import type { Pages } from '../../api/pages/page-files.ts';
import { brandColors } from '../../domain/notices/letterhead.ts';
import type { Config } from '../config/config.ts';

const logoTypes: Readonly<Record<string, string>> = {
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webp': 'image/webp',
};
const largestLogo = 256 * 1024;

/** The brand as configured. Throws if BRAND_LOGO cannot be read. */
export function readBrand(settings: NonNullable<Config['pages']>): Pages['brand'] {
  const { brandName, brandColor, brandLogo, helpContact } = settings;
  return {
    name: brandName,
    colors: brandColor ? brandColors(brandColor) : null,
    logo: brandLogo ? readLogo(brandLogo) : null,
    help: helpContact,
  };
}

function readLogo(path: string): Pages['brand']['logo'] {
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
