import type { Pages } from '../../api/pages/page-files.ts';
import type { Config } from '../config/config.ts';
import { buildPages } from './build-pages.ts';
import { readBrand } from './read-brand.ts';
import { readBuilt } from './read-built.ts';

type Print = (line: string) => void;

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
    brand: readBrand(pages),
    returnOrigins: [...origins].filter((origin) => origin !== own),
  };
}
