import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

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
];
/** Its files may be used beside others of any licence; nothing of it is shipped. */
const forDevelopment = ['MPL-2.0'];

test('every package says a licence that lets us ship it', () => {
  const allowed = ({ license = '', dev }: Package) =>
    license
      .replaceAll(/[()]/g, '')
      .split(' OR ')
      .some((one) => permissive.includes(one) || (dev && forDevelopment.includes(one)));
  expect(locked.length).toBeGreaterThan(100);
  expect(which((one) => !allowed(one))).toEqual([]);
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
