import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = new URL('../..', import.meta.url).pathname;
const read = (file: string) => readFileSync(join(root, file), 'utf8');

/** The instructions, each with its lines joined and comments left out. */
const instructions = read('Dockerfile')
  .replace(/^#.*\n/gm, '')
  .replace(/\\\n\s*/g, '')
  .split('\n')
  .filter((line) => line.trim() !== '')
  .map((line) => ({ name: line.split(' ')[0] ?? '', rest: line.slice(line.indexOf(' ') + 1) }));
const lastStage = instructions.slice(instructions.findLastIndex(({ name }) => name === 'FROM'));
const all = (name: string) => instructions.filter((one) => one.name === name).map(({ rest }) => rest);
const last = (name: string) => lastStage.findLast((one) => one.name === name)?.rest;
const manifest = JSON.parse(read('package.json'));
const sourcesOf = (copy: string) => copy.split(' ').slice(0, -1);

test('is built on the major version of Node that the project is tested with', () => {
  const [major] = manifest.devDependencies.node.split('.');
  for (const from of all('FROM')) expect(from).toMatch(new RegExp(`^node:${major}-slim( AS \\w+)?$`));
});

test('runs as nobody who could write what it runs, named by number for Kubernetes', () => {
  expect(last('USER')).toMatch(/^[1-9]\d*:[1-9]\d*$/);
  expect(all('COPY').filter((copy) => copy.includes('--chown'))).toEqual([]);
});

test('installs what production needs and runs no script of a package', () => {
  const install = all('RUN').find((run) => run.includes('npm'));
  expect(install).toBe('npm ci --omit=dev --ignore-scripts && rm -rf node_modules/@sallyport');
  for (const run of all('RUN').filter((one) => one.includes('npm ci')))
    expect(run).toContain('--ignore-scripts');
  expect(all('ADD')).toEqual([]);
});

test('has nothing in its last stage that installs: packages come from the one before', () => {
  expect(all('FROM').length).toBeGreaterThan(1);
  const runs = lastStage.filter(({ name }) => name === 'RUN').map(({ rest }) => rest);
  expect(runs.filter((one) => /\b(npm|npx|apt-get|curl)\b/.test(one) && !one.startsWith('rm -rf '))).toEqual(
    [],
  );
  expect(runs[0]).toBe(
    'rm -rf /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack',
  );
  expect(lastStage).toContainEqual({ name: 'COPY', rest: '--from=packages /app/node_modules node_modules' });
});

test('has the pages built in its last stage, and not their sources', () => {
  expect(all('RUN').filter((run) => run.includes('web/build.ts'))).toHaveLength(1);
  const copies = lastStage.filter(({ name }) => name === 'COPY').map(({ rest }) => rest);
  expect(copies.filter((copy) => /web|packages\//.test(copy))).toEqual([
    '--from=pages /app/web/dist web/dist',
  ]);
});

test('says how it does, and takes the signal that ends it itself', () => {
  expect(last('HEALTHCHECK')).toContain('/health/live');
  expect(last('CMD')).toBe('["node", "src/server.ts"]');
});

test('is handed what it copies and nothing else', () => {
  const handed = read('.dockerignore')
    .split('\n')
    .filter((line) => line.startsWith('!'))
    .map((line) => line.slice(1));
  const copied = all('COPY')
    .filter((copy) => !copy.startsWith('--from'))
    .flatMap(sourcesOf);
  // One stage copies only the manifest of a folder, so that a change of a page installs no package anew.
  const wholes = new Set(copied.map((file) => handed.find((one) => file.startsWith(`${one}/`)) ?? file));
  expect([...wholes].sort()).toEqual(handed.sort());
  for (const file of handed) expect(existsSync(join(root, file)), file).toBe(true);
});

test('needs no package that only development has', () => {
  const files = ['src', 'db'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) => `${folder}/${name}`),
  );
  const imported = files
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) => [...read(file).matchAll(/^(?:import|export) (?!type )[^;]*?from '([^'.][^']*)'/gm)])
    .map(([, name = '']) =>
      name
        .split('/')
        .slice(0, name.startsWith('@') ? 2 : 1)
        .join('/'),
    )
    .filter((name) => !name.startsWith('node:'));
  const missing = imported.filter((name) => !(name in manifest.dependencies));
  expect(imported.length).toBeGreaterThan(50);
  expect([...new Set(missing)]).toEqual([]);
});
