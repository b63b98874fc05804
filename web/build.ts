import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { build } from 'vite';
import { paths } from './src/paths.ts';

/**
 * Builds the pages into `dist`. Its argument is the hash of the sources, which the service compares at its next start.
 * It builds into a folder of its own and then renames it, because two starts may build at once.
 */
process.env.NODE_ENV = 'production'; // else React's larger build for development, when a test or a developer starts this
const root = fileURLToPath(new URL('.', import.meta.url));
const dist = join(root, 'dist');
const sources = process.argv[2] ?? '';
const folder = mkdtempSync(join(root, 'dist-'));
chmodSync(folder, 0o755); // in an image, another user serves it
try {
  await build({ root, logLevel: 'warn', build: { outDir: folder, emptyOutDir: true } });
  compress(join(folder, 'pages'));
  writeFileSync(join(folder, 'build.json'), JSON.stringify({ sources, paths }));
  if (!hasBuilt(sources)) replaceWith(folder);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Whether another process has built the same sources meanwhile. A service may be reading its files already. */
function hasBuilt(sources: string): boolean {
  try {
    return sources !== '' && JSON.parse(readFileSync(join(dist, 'build.json'), 'utf8')).sources === sources;
  } catch {
    return false;
  }
}

function replaceWith(folder: string): void {
  for (let tries = 1; ; tries += 1) {
    rmSync(dist, { recursive: true, force: true });
    try {
      renameSync(folder, dist);
      return;
    } catch (error) {
      if (tries === 5) throw error; // another process put its own there between the two calls
    }
  }
}

/** Compressed once and well, so that the service need not compress on each request. */
function compress(assets: string): void {
  for (const name of readdirSync(assets).filter((one) => ['.js', '.css', '.svg'].includes(extname(one)))) {
    const bytes = readFileSync(join(assets, name));
    const br = brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } });
    if (br.length > bytes.length * 0.95) continue;
    writeFileSync(join(assets, `${name}.br`), br);
    writeFileSync(join(assets, `${name}.gz`), gzipSync(bytes, { level: 9 }));
  }
}
