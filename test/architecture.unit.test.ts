import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readDocument, rowsBelow } from './support/document.ts';

const root = new URL('..', import.meta.url).pathname;

type Source = { readonly file: string; readonly text: string };

const sources: readonly Source[] = ['src', 'db']
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
  feature('mfa', 'security-events'),
  feature('policy', 'user-admin', 'approvals', 'recovery', 'vault-rotation'),
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

/** Our own files that a file imports, types included. */
function importsOf({ file, text }: Source): string[] {
  return namesIn(text)
    .filter((name) => name.startsWith('.'))
    .map((name) => join(file, '..', name))
    .filter((name) => /^(src|db)\//.test(name) && name.endsWith('.ts'));
}

function namesIn(text: string): string[] {
  const names = text.matchAll(/ from '([^']+)';|^import '([^']+)';|\bimport\('([^']+)'\)/gm);
  return [...names].map(([, from, bare, late]) => from ?? bare ?? late ?? '');
}

function upward(all: readonly Source[]): string[] {
  return all.flatMap((source) =>
    importsOf(source)
      .filter((name) => rankOf(name) > rankOf(source.file))
      .map((name) => `${source.file} imports ${name}`),
  );
}

/** Groups of files that reach each other by imports (Tarjan's strongly connected components). */
function loops(all: readonly Source[]): string[][] {
  const graph = new Map(all.map((source) => [source.file, importsOf(source)]));
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const found: string[][] = [];
  const visit = (file: string): number => {
    const own = index.size;
    index.set(file, own);
    low.set(file, own);
    stack.push(file);
    for (const next of graph.get(file) ?? []) {
      if (!index.has(next)) low.set(file, Math.min(low.get(file) ?? own, visit(next)));
      else if (stack.includes(next)) low.set(file, Math.min(low.get(file) ?? own, index.get(next) ?? own));
    }
    if (low.get(file) === own) {
      const group = stack.splice(stack.indexOf(file));
      if (group.length > 1) found.push(group.sort());
    }
    return low.get(file) ?? own;
  };
  for (const file of graph.keys()) if (!index.has(file)) visit(file);
  return found;
}

type Rule = { readonly what: string; readonly of: RegExp; readonly but?: RegExp; readonly never: RegExp };

/** What a file must never import, beside what lies above it. */
const rules: readonly Rule[] = [
  { what: 'the domain is pure', of: /^src\/domain\//, never: /^(?!\.|zod$|libphonenumber-js)/ },
  {
    what: 'a provider sees no request, no database, no store, no configuration',
    of: /^src\/features\/mfa\/providers\//,
    never: /^@?fastify|^(kysely|pg)$|\/db\/|-store\.ts$|\/platform\//,
  },
  {
    what: 'queries are written in stores and in db/',
    of: /^src\//,
    but: /-store\.ts$/,
    never: /^(kysely|pg|@electric-sql\/.*)$/,
  },
  { what: 'a route asks a use case, never a store', of: /-routes\.ts$/, never: /-store\.ts$/ },
  {
    what: 'Fastify stays in platform/http and api',
    of: /./,
    but: /^src\/(platform\/http|api)\/|^src\/features\/tokens\/jwt\.ts$/, // which takes its signer
    never: /^@?fastify/,
  },
  {
    what: 'no feature reaches the world outside: it is handed in',
    of: /^src\/features\//,
    never: /\/platform\/(adapters|http|telemetry)\//,
  },
];

function broken(rule: Rule, all: readonly Source[]): string[] {
  return all
    .filter(({ file }) => rule.of.test(file) && !rule.but?.test(file))
    .flatMap(({ file, text }) =>
      namesIn(text)
        .filter((name) => rule.never.test(name))
        .map((name) => `${file} imports ${name}`),
    );
}

describe('the rooms', () => {
  test('every file is in a room', () => {
    expect(sources.filter(({ file }) => rankOf(file) === -1).map(({ file }) => file)).toEqual([]);
  });

  test('imports go downwards, and no files depend on each other in a loop', () => {
    expect({ upward: upward(sources), loops: loops(sources) }).toEqual({ upward: [], loops: [] });
  });

  test('is in docs/architecture.md as it is', () => {
    const page = readDocument('docs/architecture.md');
    const named = (cell: string) => [...cell.matchAll(/[a-z][\w./-]*/g)].map(([name]) => name);
    const rooms = rowsBelow(page, 'The rooms').map(([places = '']) => named(places));
    const features = rowsBelow(page, 'The order of the features').map(([, names = '']) => named(names));
    const top = rooms.findIndex(([room]) => room === 'src/features');
    const shown = rooms.toSpliced(top, 1, ...features.map((names) => [...feature(...names)]));
    expect(shown.reverse()).toEqual(rows);
    expect(
      rowsBelow(page, 'Who owns what')
        .map(([name]) => `src/features/${name}`)
        .sort(),
    ).toEqual(
      rows
        .flat()
        .filter((place) => place.startsWith('src/features/'))
        .sort(),
    );
  });

  test.each(rules)('$what', (rule) => {
    expect(sources.some(({ file }) => rule.of.test(file) && !rule.but?.test(file))).toBe(true);
    expect(broken(rule, sources)).toEqual([]);
  });

  test('what is wrong is seen: an import upwards, a loop of types, a query outside a store', () => {
    const up = { file: 'src/domain/a.ts', text: "import { b } from '../features/mfa/b.ts';\n" };
    expect(upward([...sources, up])).toEqual(['src/domain/a.ts imports src/features/mfa/b.ts']);
    const one = { file: 'src/lib/one.ts', text: "import type { Two } from './two.ts';\n" };
    const two = { file: 'src/lib/two.ts', text: "import type { One } from './one.ts';\n" };
    expect(loops([...sources, one, two])).toEqual([['src/lib/one.ts', 'src/lib/two.ts']]);
    const query = { file: 'src/features/mfa/c.ts', text: "import { sql } from 'kysely';\n" };
    expect(rules.flatMap((rule) => broken(rule, [query]))).toEqual(['src/features/mfa/c.ts imports kysely']);
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
  {
    what: 'a write names its table',
    of: /^src\/features\//,
    never: /\b(insert into|update|delete from) \$\{|\.(insertInto|updateTable|deleteFrom)\((?!')/,
    but: /^src\/features\/vault-rotation\/encrypted-store\.ts$/, // which encrypts every feature's columns anew
  },
  {
    what: 'types and functions have words of the field, and none that once had several meanings',
    never: declared(String.raw`
      Standing Evidence Opened Watch Rule Page Found Fault Row Shown Refusal Budget Right Cause Level Demand Waiting Place
      Door Meaning Candidate findAndPay refund giveBack judgeAnswer Judged refuseAnswer recordRight recordWrong recordDenied
      Guess guessOf payForGuess clearGuess Opening \w+Opening Bearer Enroller ServiceBearer Changer Helper doneBy helpUser
      mayChange assertMayChange freshSeconds demandOf mayEnter killLogins askable usableIn logInAtOnce spendCode proveToken
      postman postMail worthTelling boundTo bearerBehind callerBehind admittedBehind refusals Tally countNothing Around HearQuery
      inRounds Background mindClient gaveWay leaveBalancer lowerWorkers makeFirstAdmin firstWrong checkLog sayFault
      StrangeSeal told tells? tell[A-Z]\w+`),
  },
];

/** Where one of these names is declared. */
function declared(names: string): RegExp {
  return new RegExp(`\\b(?:type|interface|class|function) (?:${names.trim().split(/\s+/).join('|')})\\b`);
}

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

test('a retired name is seen where it is declared', () => {
  const ban = bans.at(-1);
  for (const line of ['type Standing = 1;', 'function tellUser() {', 'const x = 1; function told(']) {
    expect(line).toMatch(ban?.never ?? '');
  }
  expect('type StandingOrder = 1; retell()').not.toMatch(ban?.never ?? '');
});

describe('tables', () => {
  test('each is written by one feature', () => {
    expect(writtenTables(sources.map(({ text }) => text).join('\n')).size).toBeGreaterThan(30);
    expect(sharedTables(sources)).toEqual({});
  });

  test.each([
    ['a statement', 'await sql`update sessions set ended_at = null`.execute(db);'],
    ['with an alias', 'return sql`with ended as (update sessions s set ended_at = null)`;'],
    ['over two lines', 'return sql`\n    DELETE FROM\n      sessions where true`;'],
    ['the builder', "await db\n    .insertInto('sessions')\n    .values(session)"],
    ['the builder, with an alias', "await db.deleteFrom('sessions as s').execute();"],
  ])('a write from a second feature is seen: %s', (_, text) => {
    const second = { file: 'src/features/mfa/c-store.ts', text };
    expect(sharedTables([...sources, second])).toMatchObject({ sessions: ['mfa', 'sessions'] });
  });

  test.each([
    ['a lock', 'select from sessions s for update of s skip locked'],
    ['a lock of a row', 'select from sessions for update'],
    ['a conflict', 'on conflict (id) do update set ended_at = null'],
    ['a comment', '/** To end them is to update sessions. */'],
  ])('what is no write is not: %s', (_, text) => {
    expect(writtenTables(text)).toEqual(new Set());
  });
});

/** As the migrations make them. */
const tables: ReadonlySet<string> = new Set(
  readdirSync(join(root, 'db/migrations')).flatMap((name) => {
    const made = readFileSync(join(root, 'db/migrations', name), 'utf8').matchAll(/^create table (\w+)/gm);
    return [...made].map(([, table = '']) => table);
  }),
);

/** By SQL text, and by Kysely's builder, whose names are in camel case. */
function writtenTables(text: string): ReadonlySet<string> {
  const bare = withoutComments(text);
  const raw = bare.matchAll(/\b(?:insert\s+into|update|delete\s+from)\s+(\w+)/gi);
  const built = bare.matchAll(/\.(?:insertInto|updateTable|deleteFrom)\(\s*'(\w+)/g);
  const snake = (name: string) => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  const names = [...raw, ...built].map(([, name = '']) => snake(name));
  return new Set(names.filter((name) => tables.has(name)));
}

/** The tables that more than one feature writes, with these features. */
function sharedTables(all: readonly Source[]): Readonly<Record<string, readonly string[]>> {
  const writers = new Map<string, Set<string>>();
  for (const { file, text } of all) {
    const folder = /^src\/features\/([\w-]+)\//.exec(file)?.[1];
    if (!folder) continue;
    for (const table of writtenTables(text))
      writers.set(table, (writers.get(table) ?? new Set()).add(folder));
  }
  const shared = [...writers].filter(([, folders]) => folders.size > 1);
  return Object.fromEntries(shared.map(([table, folders]) => [table, [...folders].sort()]));
}

describe('routes', () => {
  test('where a file has several, each is a function named by its operationId', () => {
    const unnamed = sources
      .filter(({ file }) => file.endsWith('-routes.ts'))
      .map(({ text }) => ({ text, ids: [...text.matchAll(/operationId: '(\w+)'/g)].map(([, id]) => id) }))
      .flatMap(({ text, ids }) =>
        ids.length > 1 ? ids.filter((id) => !text.includes(`function ${id}Route(`)) : [],
      );
    expect(unnamed).toEqual([]);
  });
});

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
