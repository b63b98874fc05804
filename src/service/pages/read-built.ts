import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname } from 'node:path';
import type { PageFile, Pages } from '../../api/pages/page-files.ts';

const types: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
};

/** Reads what `web/build.ts` has written. */
export function readBuilt(dist: URL): Pick<Pages, 'html' | 'paths' | 'files'> {
  const folder = new URL('pages/', dist);
  const files = new Map<string, PageFile>();
  for (const name of readdirSync(folder)) {
    const type = types[extname(name)];
    if (type) files.set(`/pages/${name}`, { type, ...readFile(new URL(name, folder)) });
  }
  const { paths } = JSON.parse(readFileSync(new URL('build.json', dist), 'utf8'));
  return { html: readFileSync(new URL('index.html', dist), 'utf8'), paths, files };
}

function readFile(file: URL): Pick<PageFile, 'bytes' | 'compressed'> {
  const isCompressed = existsSync(`${file.pathname}.br`);
  return {
    bytes: readFileSync(file),
    compressed: isCompressed
      ? { br: readFileSync(`${file.pathname}.br`), gzip: readFileSync(`${file.pathname}.gz`) }
      : null,
  };
}
