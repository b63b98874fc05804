import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { activityTypes } from '../../src/domain/audit/events.ts';
import { sendReasons, timelineTypes } from '../../src/domain/users/timeline-words.ts';
import { catalogues, type Language, languages } from '../../web/src/texts/catalogues.ts';

type Text = string | ((...values: never[]) => string) | { readonly [key: string]: Text };

/** Each text with its place, such as `types.forbidden`. */
function textsIn(text: Text, place = ''): [string, Text][] {
  if (typeof text !== 'object') return [[place, text]];
  return Object.entries(text).flatMap(([key, inner]) => textsIn(inner, place ? `${place}.${key}` : key));
}

describe.each(Object.entries(catalogues))('the texts of %s', (name, loaders) => {
  test.each(Object.keys(languages) as Language[])(
    'are all there in %s, each with words',
    async (language) => {
      const texts = textsIn((await loaders[language]()).default as Text);
      const english = textsIn((await loaders.en()).default as Text);
      expect(texts.map(([place]) => place).sort()).toEqual(english.map(([place]) => place).sort());
      for (const [place, text] of texts) {
        const original = english.find(([other]) => other === place)?.[1];
        expect(typeof text, place).toBe(typeof original);
        expect(String(text).trim(), place).not.toBe('');
        if (typeof text === 'function') expect(text.length, place).toBe(Object(original).length);
      }
    },
  );

  test('has a file for each language, and no other', () => {
    for (const language of Object.keys(languages)) {
      const folder = new URL(`../../web/src/texts/${language}/`, import.meta.url);
      const files = readdirSync(folder).map((file) => file.replace(/\.ts$/, ''));
      expect(files).toContain(name);
      expect(files.sort()).toEqual(Object.keys(catalogues).sort());
    }
  });
});

test('every problem of the API has words in each language', async () => {
  const { Problems } = { Problems: Object.keys((await catalogues.problems.en()).default.types) };
  const document = await import('../../openapi/openapi.json', { with: { type: 'json' } });
  const named = new Set(
    [...JSON.stringify(document.default).matchAll(/\/problems\/([a-z-]+)/g)].map(([, type]) => type),
  );
  expect([...named].filter((type) => !Problems.includes(type ?? ''))).toEqual([]);
});

test('the words for too many attempts name no password: a passkey meets them too', async () => {
  for (const language of Object.keys(languages) as Language[]) {
    const { tooMany } = (await catalogues.problems[language]()).default;
    expect(tooMany.password('9:00')).not.toMatch(/password|contraseña/i);
  }
});

test('every event that an owner may see has a sentence in each language', async () => {
  for (const language of Object.keys(languages) as Language[]) {
    const { events } = (await catalogues.security[language]()).default;
    expect(Object.keys(events).sort()).toEqual([...activityTypes].sort());
    expect(new Set(Object.values(events)).size).toBe(activityTypes.length);
  }
});

test('every reason why a code was not sent has words in each language', async () => {
  for (const language of Object.keys(languages) as Language[]) {
    const words = (await catalogues['console-people'][language]()).default.sendReasons;
    expect(Object.keys(words).sort()).toEqual([...sendReasons].sort());
  }
});

test('every event in the timeline of an account has a headline in each language', async () => {
  for (const language of Object.keys(languages) as Language[]) {
    const { types } = (await catalogues['console-audit'][language]()).default;
    expect(timelineTypes.filter((type) => !(type in types))).toEqual([]);
  }
});
