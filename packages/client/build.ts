// Writes dist/: the modules for browsers and Node, their types, and the manifest that they are published with.
import { execFileSync } from 'node:child_process';
import { copyFileSync, globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** The code that a bundler makes for a page that imports `entry`. */
export async function bundle(entry: string, minify = true): Promise<string> {
  const built = await rolldown({ input: entry, platform: 'browser', treeshake: true });
  const { output } = await built.generate({ format: 'esm', minify });
  await built.close();
  return output.map((part) => (part.type === 'chunk' ? part.code : '')).join('');
}

async function build(): Promise<void> {
  rmSync(here('dist'), { recursive: true, force: true });
  const built = await rolldown({
    input: {
      index: here('src/index.ts'),
      events: here('src/events.ts'),
      guard: here('src/guard.ts'),
      'older-browsers': here('src/older-browsers.ts'),
      recovery: here('src/recovery.ts'),
    },
    platform: 'neutral',
    external: /^node:/,
  });
  await built.write({ dir: here('dist'), format: 'esm', sourcemap: true });
  await built.close();
  execFileSync(
    process.execPath,
    [here('../../node_modules/typescript/bin/tsc'), '-p', here('tsconfig.build.json')],
    {
      stdio: 'inherit',
    },
  );
  // The compiler leaves the names of the sources in what it declares.
  for (const file of globSync(here('dist/*.d.ts')))
    writeFileSync(file, readFileSync(file, 'utf8').replaceAll(/(from ['"]\.\/[\w-]+)\.ts/g, '$1.js'));
  const {
    private: _private,
    exports: _sources,
    devDependencies: _tools,
    ...manifest
  } = JSON.parse(readFileSync(here('package.json'), 'utf8'));
  const exports = {
    '.': { types: './index.d.ts', default: './index.js' },
    './events': { types: './events.d.ts', default: './events.js' },
    './guard': { types: './guard.d.ts', default: './guard.js' },
    './older-browsers': { types: './older-browsers.d.ts', default: './older-browsers.js' },
    './recovery': { types: './recovery.d.ts', default: './recovery.js' },
  };
  writeFileSync(here('dist/package.json'), `${JSON.stringify({ ...manifest, exports }, null, 2)}\n`);
  copyFileSync(here('README.md'), here('dist/README.md'));
  copyFileSync(here('../../LICENSE'), here('dist/LICENSE'));
}

if (import.meta.main) await build();
