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

type Rule = {
  readonly what: string;
  readonly of: RegExp;
  readonly but?: RegExp;
  readonly never: RegExp;
};

/** What each part of the source must never import. The first keeps the core readable alone. */
const rules: readonly Rule[] = [
  {
    what: 'a core imports other cores, problem.ts and zod',
    of: /\/core\//,
    never: /^(?!src\/[\w-]+\/core\/|src\/problem\.ts$|zod$)/,
  },
  {
    what: 'a provider sees no request, no database, no store, no configuration, no real world',
    of: /^src\/mfa\/providers\//,
    never: /^@?fastify|^(kysely|pg)$|^db\/|-store\.ts$|-routes\.ts$|^src\/(config|http|outside)/,
  },
  {
    what: 'a store knows no route and no provider',
    of: /-store\.ts$/,
    never: /^@?fastify|^src\/http\/|-routes\.ts$|^src\/mfa\/providers/,
  },
  {
    what: 'a route asks a use case, never the database',
    of: /-routes\.ts$/,
    never: /^(kysely|pg|@electric-sql\/.*)$|-store\.ts$/,
  },
  {
    what: 'queries are written in stores and in db/',
    of: /^src\//,
    but: /-store\.ts$/,
    never: /^(kysely|pg|@electric-sql\/.*)$/,
  },
  {
    what: 'HTTP stays in app.ts, http/ and routes',
    of: /./,
    but: /^src\/(app\.ts|http\/.*|.*-routes\.ts)$/,
    never: /^@?fastify/,
  },
  {
    what: 'of the features only routes, and what they show, know of http/',
    of: /^(src\/[\w-]+|db)\//,
    but: /^src\/http\/|-(routes|wire)\.ts$/,
    never: /^src\/http\//,
  },
  {
    what: 'no feature knows the configuration',
    of: /^(src\/[\w-]+|db)\//,
    but: /^src\/(cli|demo)\//,
    never: /^src\/config\.ts$/,
  },
  {
    what: 'no feature reaches the world outside: it is handed in',
    of: /^(src\/[\w-]+|db)\//,
    but: /^src\/(outside|cli)\//,
    never: /^src\/outside\//,
  },
  { what: 'db/ knows of the features only their cores', of: /^db\//, never: /^src\/(?![\w-]+\/core\/)/ },
  { what: 'nobody imports an entrance', of: /./, never: /^src\/(server|cli)\.ts$/ },
];

describe('who may import whom', () => {
  test.each(rules)('$what', ({ of, but, never }) => {
    const bound = sources.filter(({ file }) => of.test(file) && !but?.test(file));
    expect(bound.length).toBeGreaterThan(0);
    const found = bound.flatMap(({ file, text }) =>
      importsOf(file, text)
        .filter((name) => never.test(name))
        .map((name) => `${file} imports ${name}`),
    );
    expect(found).toEqual([]);
  });
});

/** Packages by their names, our own files by their paths. */
function importsOf(file: string, text: string): string[] {
  const names = text.matchAll(/ from '([^']+)';|^import '([^']+)';|\bimport\('([^']+)'\)/gm);
  return [...names].map(([, from, bare, late]) => {
    const name = from ?? bare ?? late ?? '';
    return name.startsWith('.') ? join(file, '..', name) : name;
  });
}

type Ban = { readonly what: string; readonly never: RegExp; readonly but?: RegExp };

const bans: readonly Ban[] = [
  {
    what: 'only the entrances read the environment',
    never: /\bprocess\.env\b/,
    but: /^src\/(server|cli)\.ts$/,
  },
  {
    what: 'an address is read out of what proxies write',
    never: /\brequest\.ips?\b|\.remoteAddress\b/,
    but: /^src\/http\/requests\.ts$/,
  },
  { what: 'nothing is exported by default', never: /\bexport default\b/ },
  { what: 'no type is any', never: /(?:[:<|&,(]|\bas|=>)\s*any\b(?!\s*\()|\bany\[\]/ },
  {
    what: 'a core reads no clock and throws no dice',
    never: /\b(Date\.now\(|new Date\(\)|Math\.random|random[A-Z]\w+\()/,
  },
  {
    what: 'no SQL asks the database for the time',
    never: /(?<!\.)\bnow\(\)|current_timestamp|clock_timestamp|statement_timestamp/i,
    but: /^db\/ping\.ts$/, // which compares
  },
];

describe('what is not written', () => {
  test.each(bans)('$what', ({ what, never, but }) => {
    const bound = sources.filter(
      ({ file }) => !but?.test(file) && (!what.includes('core') || file.includes('/core/')),
    );
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

  test('are at most 200 lines long', () => {
    const lengths = sources.map(({ file, text }) => ({ file, lines: text.split('\n').length - 1 }));
    expect(lengths.filter(({ lines }) => lines > 200)).toEqual([]);
  });
});
