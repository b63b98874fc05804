import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { variableNames } from '../../src/service/config/config.ts';
import { secretNames } from '../../src/service/config/secret-files.ts';
import { blocksOf, readDocument } from '../support/document.ts';
import { typed } from '../support/typed.ts';

const root = join(import.meta.dirname, '../..');
const text = readDocument('docs/operations.md');
const commands = blocksOf(text)
  .map((block) => block.text)
  .join('\n')
  .concat(...(text.match(/`node src\/cli\.ts [^`]*`/g) ?? []).map((one) => `\n${one.slice(1, -1)}`));

test('every command of sallyport in docs/operations.md is one, with flags that it takes', async () => {
  const used = [
    ...commands.matchAll(/(?:src\/cli\.ts|run -s sallyport --) ([a-z][a-z-]*(?: [a-z][a-z-]*)?)([^\n|]*)/g),
  ];
  expect(used.length).toBeGreaterThan(10);
  for (const [line, name = '', rest = ''] of used) {
    const { stdout } = await typed(...name.split(' '), '--help');
    expect(stdout, line).toContain(`Usage: sallyport ${name}`);
    for (const [flag] of rest.matchAll(/--[a-z-]+/g)) expect(stdout, line).toContain(flag);
  }
});

test('every script of npm and every file in its commands is there', () => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  for (const [, name = ''] of commands.matchAll(/npm run (?:-s )?(\w+)/g))
    expect(scripts).toHaveProperty(name);
  for (const [path] of commands.matchAll(/ops\/[\w./-]+/g))
    expect(existsSync(join(root, path)), path).toBe(true);
});

test('every variable that it names is one', () => {
  const own = [
    'POSTGRES_PASSWORD',
    'SERVICE_PASSWORD',
    'PASSWORD',
    'MISSING',
    'KID',
    'NAME',
    'END',
    'LISTEN',
    'SIGTERM',
    'JWKS',
    'JSON',
    'NODE_EXTRA_CA_CERTS',
  ];
  const named = [...text.matchAll(/`([A-Z]{3,}(?:_[A-Z]+)*)`|^([A-Z_]+)=/gm)].map(([, a, b]) => a ?? b ?? '');
  expect(named.length).toBeGreaterThan(5);
  const files = ['NAME', ...secretNames].map((name) => `${name}_FILE`);
  const unknown = named.filter((name) => ![...variableNames, ...files, ...own].includes(name));
  expect([...new Set(unknown)]).toEqual([]);
});
