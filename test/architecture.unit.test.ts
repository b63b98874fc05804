import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = new URL('..', import.meta.url).pathname;

const sources = ['src', 'db']
  .flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) => `${folder}/${name}`),
  )
  .filter((file) => file.endsWith('.ts'))
  .map((file) => ({ file, text: readFileSync(join(root, file), 'utf8') }));

/** From the lowest room to the highest. A file imports from its own row or from a lower one; that is the whole rule. */
const rows: readonly (readonly string[])[] = [
  ['src/lib'],
  ['src/domain'],
  ['db'],
  ['src/platform'],
  feature('audit', 'notices', 'throttling', 'adoption'),
  feature('sessions', 'passwords', 'tokens', 'sms'),
  feature('users', 'devices', 'service-accounts'),
  feature('mfa'),
  feature('policy', 'user-admin', 'vault-rotation'),
  feature('login', 'compliance'),
  ['src/api'],
  ['src/service'],
  ['src/server.ts', 'src/cli.ts'],
];

function feature(...names: readonly string[]): readonly string[] {
  return names.map((name) => `src/features/${name}`);
}

function rankOf(file: string): number {
  return rows.findIndex((row) => row.some((place) => file === place || file.startsWith(`${place}/`)));
}

describe('the house', () => {
  test('every file is in a room', () => {
    expect(sources.filter(({ file }) => rankOf(file) === -1).map(({ file }) => file)).toEqual([]);
  });
});

type Ban = { readonly what: string; readonly never: RegExp; readonly of?: RegExp; readonly but?: RegExp };

const bans: readonly Ban[] = [
  {
    what: 'only the entrances read the environment',
    never: /\bprocess\.env\b/,
    but: /^src\/(server|cli)\.ts$/,
  },
  {
    what: 'an address is read out of what proxies write',
    never: /\brequest\.ips?\b|\.remoteAddress\b/,
    but: /^src\/platform\/http\/requests\.ts$/,
  },
  { what: 'nothing is exported by default', never: /\bexport default\b/ },
  { what: 'no type is any', never: /(?:[:<|&,(]|\bas|=>)\s*any\b(?!\s*\()|\bany\[\]/ },
  {
    what: 'the domain reads no clock and throws no dice',
    of: /^src\/domain\//,
    never: /\b(Date\.now\(|new Date\(\)|Math\.random|random[A-Z]\w+\()/,
  },
  {
    what: 'no SQL asks the database for the time',
    never: /(?<!\.)\bnow\(\)|current_timestamp|clock_timestamp|statement_timestamp/i,
    but: /^db\/availability\.ts$/, // which compares
  },
];

describe('what is not written', () => {
  test.each(bans)('$what', ({ never, of, but }) => {
    const bound = sources.filter(({ file }) => (of?.test(file) ?? true) && !but?.test(file));
    expect(bound.length).toBeGreaterThan(0);
    const found = bound.flatMap(({ file, text }) => {
      const lines = withoutComments(text).split('\n');
      return lines.filter((line) => never.test(line)).map((line) => `${file}: ${line.trim()}`);
    });
    expect(found).toEqual([]);
  });
});

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '');
}

describe('files', () => {
  test('have names of their own, in kebab-case', () => {
    const names = sources.map(({ file }) => basename(file));
    expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
    expect(names.filter((name) => !/^[a-z0-9]+(-[a-z0-9]+)*\.ts$/.test(name))).toEqual([]);
  });

  test('are at most 350 lines long', () => {
    const lengths = sources.map(({ file, text }) => ({ file, lines: text.split('\n').length - 1 }));
    expect(lengths.filter(({ lines }) => lines > 350)).toEqual([]);
  });
});
