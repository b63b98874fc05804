import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

type Print = (line: string) => void;

const run = promisify(execFile);

/**
 * Builds the pages if they are missing or older than their sources. Says whether they are there. An image has the built
 * pages and no sources.
 */
export async function buildPages(folder: URL, print: Print): Promise<boolean> {
  const sources = hashOfSources(folder);
  const built = hashOfBuilt(folder);
  if (sources === null ? built !== null : built === sources) return true;
  if (sources === null) {
    print(
      '  The pages are not here: the folder web/dist is missing. This is an API alone. PAGES=off says so',
    );
    return false;
  }
  if (!hasVite()) {
    print(
      built === null
        ? '  The pages are not built, and Vite is not installed here. This is an API alone. PAGES=off says so'
        : '  The pages are older than their sources, and Vite is not installed here: the older ones are served',
    );
    return built !== null;
  }
  const from = performance.now();
  try {
    await run(process.execPath, [fileURLToPath(new URL('build.ts', folder)), sources]);
  } catch (error) {
    throw new Error(`The pages cannot be built:\n${String(Object(error).stderr ?? error).trim()}`);
  }
  print(`  The pages were built in ${((performance.now() - from) / 1000).toFixed(1)} seconds`);
  return true;
}

/** Null: the sources are not here. */
function hashOfSources(folder: URL): string | null {
  if (!existsSync(new URL('src/', folder))) return null;
  const client = new URL('../packages/client/', folder);
  const single = ['index.html', 'package.json', 'vite.config.ts', 'build.ts'].map(
    (name) => new URL(name, folder),
  );
  const files = [...single, ...filesIn(new URL('src/', folder)), ...filesIn(new URL('src/', client))];
  const hash = createHash('sha256');
  for (const file of files)
    hash.update(file.pathname.slice(folder.pathname.length)).update(readFileSync(file));
  return hash.digest('hex');
}

function filesIn(folder: URL): readonly URL[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => new URL(`file://${entry.parentPath.replace(/\/?$/, '/')}${entry.name}`))
    .sort((one, other) => (one.pathname < other.pathname ? -1 : 1));
}

/** Null: nothing is built. */
function hashOfBuilt(folder: URL): string | null {
  const file = new URL('dist/build.json', folder);
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).sources : null;
}

function hasVite(): boolean {
  try {
    import.meta.resolve('vite');
    return true;
  } catch {
    return false;
  }
}
