import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packagesInPages } from '../../ops/packages-in-pages.ts';
import { readConfig } from '../../src/service/config/config.ts';
import { openPages } from '../../src/service/pages/open-pages.ts';

type Package = {
  readonly version: string;
  readonly license?: string;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly dev?: boolean;
  readonly link?: boolean;
};

const read = (file: string) => JSON.parse(readFileSync(join(import.meta.dirname, '../..', file), 'utf8'));
const { packages }: { packages: Record<string, Package> } = read('package-lock.json');
/** A workspace of our own is a folder, and a link to it. */
const isOurs = (path: string, { link }: Package) => !path.includes('node_modules/') || link === true;
const locked = Object.entries(packages).filter(([path, one]) => !isOurs(path, one));
const which = (fits: (one: Package) => boolean) =>
  locked.filter(([, one]) => fits(one)).map(([path]) => path);

const permissive = [
  'MIT',
  'MIT-0',
  'ISC',
  '0BSD',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'Zlib',
];
const inPages = packagesInPages(packages);
const nameOf = (path: string, { version }: Package) => `${path.split('node_modules/').at(-1)}@${version}`;
/** Its files may be used beside others of any licence; nothing of it is shipped. */
const forDevelopment = ['MPL-2.0'];

test('every package says a licence that lets us ship it', () => {
  const allowed = ({ license = '', dev }: Package) =>
    license
      .replaceAll(/[()]/g, '')
      .split(' OR ')
      .some((choice) =>
        choice
          .split(' AND ')
          .every((one) => permissive.includes(one) || (dev && forDevelopment.includes(one))),
      );
  expect(locked.length).toBeGreaterThan(100);
  expect(which((one) => !allowed(one))).toEqual([]);
});

test('every package in the pages says a licence that lets us ship it, though npm calls it one of development', () => {
  const shipped = locked.filter(([path, one]) => inPages.has(nameOf(path, one)));
  expect(new Set(shipped.map(([path, one]) => nameOf(path, one)))).toEqual(inPages);
  const refused = shipped.filter(([, { license = '' }]) => !permissive.includes(license));
  expect(refused.map(([path]) => path)).toEqual([]);
});

test('every package that Vite has built into the pages is known to be in them', async () => {
  await openPages(readConfig({}), () => {});
  const listed = readFileSync(join(import.meta.dirname, '../../web/dist/pages/licenses.md'), 'utf8');
  const built = [...listed.matchAll(/^## (\S+) - (\d\S*) \(/gm)].map(
    ([, name, version]) => `${name}@${version}`,
  );
  expect(built).toContainEqual(expect.stringMatching(/^react-dom@/));
  expect(built.filter((one) => !inPages.has(one))).toEqual([]);
});

test('every package is what it was when it was chosen', () => {
  // What formats the source, on machines of other kinds: npm writes no sums of what it did not install.
  const unknown = (path: string) => path.startsWith('node_modules/@biomejs/cli-');
  const without = which(({ integrity = '' }) => !/^sha512-[\w+/]{86}==$/.test(integrity));
  expect(without.filter((path) => !unknown(path))).toEqual([]);
});

test('no host is written down: npm uses its own registry setting', () => {
  expect(which(({ resolved }) => resolved !== undefined)).toEqual([]);
  const links = Object.values(packages).filter(({ link }) => link);
  for (const { resolved = '' } of links) expect(Object.keys(packages)).toContain(resolved);
});

test('what package.json asks for is one version, and locked', () => {
  const { dependencies, devDependencies } = read('package.json');
  for (const [name, version] of Object.entries<string>({ ...dependencies, ...devDependencies })) {
    expect(version, name).toMatch(/^\d+\.\d+\.\d+(-beta\.\d+)?$/);
    expect(packages[`node_modules/${name}`]?.version, name).toBe(version);
  }
});
