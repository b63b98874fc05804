import { describe, expect, test } from 'vitest';
import { eventTypes } from '../../src/domain/audit/events.ts';
import { recoveryWarning } from '../../src/domain/mfa/warning.ts';
import { readDocument } from '../support/document.ts';

type Json = Readonly<Record<string, unknown>>;

const text = readDocument('docs/from-the-samples.md');
const openapi: { readonly paths: Readonly<Record<string, Readonly<Record<string, Json>>>> } = JSON.parse(
  readDocument('openapi/openapi.json'),
);
const variables = [...readDocument('.env.example').matchAll(/^(?:# )?([A-Z_]+)=/gm)].map(([, name]) => name);
const parts = text.split(/^## /m).slice(1);
/** What is said of this API: the middle columns. */
const saidIn = (part: string) =>
  [...part.matchAll(/^\|[^|]*\|([^|]*)\|[^|]*\|$/gm)].slice(2).map(([, cell = '']) => cell);

test('names routes that there are', () => {
  const named = parts.flatMap(saidIn).flatMap((cell) => [...cell.matchAll(/`([A-Z]+) (\/[^`]+)`/g)]);
  expect(named.length).toBeGreaterThan(15);
  const missing = named.filter(([, method = '', path = '']) => !openapi.paths[path]?.[method.toLowerCase()]);
  expect(missing.map(([route]) => route)).toEqual([]);
});

test('names variables that there are', () => {
  const named = [
    ...saidIn(partOf('Environment variables'))
      .join()
      .matchAll(/`([A-Z_]{4,})`/g),
  ];
  const files = named.map(([, name = '']) => name.replace(/_FILE$/, '')).filter((name) => name !== 'NAME');
  expect(files.length).toBeGreaterThan(4);
  expect(files.filter((name) => !variables.includes(name))).toEqual([]);
});

test('names events that there are', () => {
  const named = [
    ...saidIn(partOf('Audit'))
      .join()
      .matchAll(/`((?:authn|mfa)_\w+)`/g),
  ].map(([, type]) => type);
  expect(named.length).toBeGreaterThan(5);
  expect(named.filter((type) => !eventTypes.some((one) => one === type))).toEqual([]);
});

test('names problems that there are', () => {
  const known = stringsIn(openapi);
  const named = [...text.matchAll(/\b(?:400|401|403|409|429) `([a-z]+(?:-[a-z]+)+)`/g)].map(
    ([, slug]) => slug,
  );
  expect(named.length).toBeGreaterThan(10);
  expect(named.filter((slug) => !known.has(`/problems/${slug}`))).toEqual([]);
});

describe('names fields of the very route', () => {
  const routes = parts.flatMap((part) => {
    const [, heading = '', method = '', path = ''] = /^(.*)\n\n`([A-Z]+) (\/\S+)`\n/.exec(part) ?? [];
    return heading === '' ? [] : [{ heading, part, method, path }];
  });

  test('of eight routes', () => expect(routes).toHaveLength(8));

  test.for(routes)('$heading', ({ part, method, path }) => {
    const known = stringsIn(openapi.paths[path]?.[method.toLowerCase()]);
    const named = [
      ...saidIn(part)
        .join()
        .matchAll(/`([a-z_]+)`/g),
    ].map(([, name = '']) => name);
    expect(named.filter((name) => !known.has(name) && !elsewhere.includes(name))).toEqual([]);
  });
});

/** What the page says of presets and of policies beside the fields of a route. */
const elsewhere = ['recovery_code_at_guard', 'strict', 'pci', 'webauthn', 'pending'];

test('keeps the texts that the brief compares', () => {
  const known = `${JSON.stringify(openapi)}${recoveryWarning}`;
  const [, quoted = ''] = /texts that the samples compare are unchanged: (.*?)\n\n/s.exec(text) ?? [];
  const texts = [...quoted.replaceAll('\n', ' ').matchAll(/"([^"]+)"/g)].map(([, one = '']) => one);
  expect(texts).toHaveLength(8);
  expect(texts.filter((one) => !known.includes(one))).toEqual([]);
});

function partOf(heading: string): string {
  return parts.find((part) => part.startsWith(`${heading}\n`)) ?? '';
}

/** Every name and every text in a part of the description, behind its references too. */
function stringsIn(value: unknown, found = new Set<string>()): ReadonlySet<string> {
  if (typeof value === 'string') {
    if (found.has(value)) return found;
    found.add(value);
    if (value.startsWith('#/')) stringsIn(schemaAt(value), found);
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, one] of Object.entries(value)) {
      found.add(name);
      stringsIn(one, found);
    }
  }
  return found;
}

function schemaAt(reference: string): unknown {
  return reference
    .slice(2)
    .split('/')
    .reduce<unknown>((at, name) => Object(at)[name.replaceAll('~1', '/')], openapi);
}
