import { describe, expect, test } from 'vitest';
import { writeCode } from '../../src/domain/notices/code-letter.ts';
import type { Written } from '../../src/domain/notices/letter.ts';
import { letterStyle } from '../../src/domain/notices/letter-style.ts';
import { brandColors, type Letterhead, plainLetterhead } from '../../src/domain/notices/letterhead.ts';
import { type About, type NoticeInput, writeNotice } from '../../src/domain/notices/notices.ts';
import { writeLinkNotice } from '../../src/domain/notices/password-link-notices.ts';
import { type Language, languageOf, languages, textsIn } from '../../src/domain/notices/texts/catalogue.ts';
import { noticeNames } from '../../src/domain/notices/texts/notice-texts.ts';
import { contrastOf } from '../../src/lib/contrast.ts';
import { BrandColor } from '../../src/service/config/shapes.ts';

const letterhead: Letterhead = { ...plainLetterhead('Bexar'), help: 'help@example.gov' };
const username = 'zoe@example.gov';
const token = 'T0ken'.repeat(8);
const at = new Date('2026-11-30T14:05:00Z');
const agent = 'python-requests/2.32 (X11; Linux x86_64)';

function noticeOf(language: Language, given: Partial<NoticeInput> = {}): Written {
  return writeNotice(letterhead, {
    notice: 'factor_added',
    user: { username, language },
    about: { codesLeft: 9, renewed: true },
    at,
    ip: '192.0.2.1',
    client: agent,
    link: 'https://portal.example/enroll',
    ...given,
  });
}

const abouts: readonly About[] = [
  { codesLeft: 1, renewed: false },
  { wrongCodes: 2 },
  { wrongPasswords: 5 },
  { enrolUntil: at, ended: false },
  { enrolUntil: at, ended: true },
  { labels: ['https://evil.example'] },
];

/** Every letter of a language, by name. */
function lettersOf(language: Language): readonly (readonly [string, Written])[] {
  const link = (purpose: 'invitation' | 'forgotten' | 'helpdesk', lifeSeconds: number, by: string | null) =>
    writeLinkNotice(letterhead, {
      purpose,
      user: { username, language },
      pageUrl: 'https://portal.example/reset',
      token,
      lifeSeconds,
      invitedBy: by,
    });
  return [
    ...noticeNames.map((notice) => [notice, noticeOf(language, { notice })] as const),
    ...abouts.map((about) => [JSON.stringify(about), noticeOf(language, { about, ip: null })] as const),
    ['invitation', link('invitation', 86_400, 'xavier')],
    ['invitation of the console', link('invitation', 86_400, null)],
    ['forgotten', link('forgotten', 1800, null)],
    ['helpdesk', link('helpdesk', 86_400, null)],
    ['code', writeCode(letterhead, language, '492039')],
  ];
}

const everyLetter = languages.flatMap((language) =>
  lettersOf(language).map(([name, letter]) => ({ language, name, letter })),
);

/** What a reader of the HTML sees, without the head. */
function seen(html: string): string {
  return html
    .replace(/<head>.*<\/head>/s, ' ')
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&');
}

const wordsIn = (text: string) => new Set(text.toLowerCase().match(/[\p{L}\p{N}@./#=_-]+/gu) ?? []);
const withoutStop = (words: ReadonlySet<string>) =>
  new Set([...words].map((word) => word.replace(/[.:]+$/, '')));

describe.each(everyLetter)('the letter $name in $language', ({ language, letter }) => {
  const { subject, text, html } = letter;

  test('is finished: its language, its brand and whom to ask', () => {
    expect(html).toContain(`<html lang="${language}">`);
    expect(html).toContain('name="color-scheme" content="light dark"');
    expect(html).toContain('<p class="brand">Bexar</p>');
    expect(html).toContain('<a href="mailto:help@example.gov">help@example.gov</a>');
    expect(html).not.toMatch(/<img|<script|https?:\/\/(?!portal\.example)|url\(|undefined|null/);
    expect(text).not.toMatch(/undefined|null/);
    expect(text.endsWith(`${textsIn(language).help} help@example.gov\n\nBexar\n`)).toBe(true);
  });

  test('says the same as text and as HTML', () => {
    // the HTML has the code below its heading, and no verb between them
    const inText = withoutStop(wordsIn(text.replace(/^(\d{6}) \p{L}+/u, '$1')));
    const { buttonFails } = textsIn(language).links;
    const inHtml = withoutStop(wordsIn(seen(html).replace(buttonFails, ' ')));
    expect([...inHtml].filter((word) => !inText.has(word))).toEqual([]);
    expect([...inText].filter((word) => !inHtml.has(word))).toEqual([]);
  });

  test('has no name and no token in its subject, which the outbox keeps in clear text', () => {
    for (const secret of [username, 'zoe', token, 'xavier', 'portal']) expect(subject).not.toContain(secret);
    expect(subject.length).toBeLessThanOrEqual(120);
  });
});

describe('a letter in another language', () => {
  const english =
    /\b(the|your|you|was|were|and|with|this|that|not|for|of|to|code|codes|login|password|from)\b/i;

  test('has no word of English, except names', () => {
    for (const [name, { subject, text, html }] of lettersOf('es')) {
      const prose = `${subject}\n${text}\n${seen(html)}`.replaceAll(/\S*[@/#]\S*/g, ' ');
      expect(english.exec(prose)?.[0], name).toBeUndefined();
    }
  });

  test('shares no text with the English one', () => {
    for (const language of languages.filter((one) => one !== 'en')) {
      const own = textsBelow(textsIn(language));
      const others = textsBelow(textsIn('en'));
      expect([...own.keys()]).toEqual([...others.keys()]);
      for (const [key, words] of own) expect(words, key).not.toBe(others.get(key));
    }
  });

  test('has the date of its language, in UTC', () => {
    expect(noticeOf('en').text).toContain('When: November 30, 2026 at 2:05 PM UTC');
    expect(noticeOf('es').text).toContain('Cuándo: 30 de noviembre de 2026 a las 2:05 p.m. UTC');
  });

  test('names the client in its own words', () => {
    expect(noticeOf('es').text).toContain('Con: un programa de Python en Linux');
  });

  test('is in the language of the installation, if the user has none or one that nobody knows', () => {
    expect(languageOf(null, 'es')).toBe('es');
    expect(languageOf('xx', 'es')).toBe('es');
    expect(languageOf('en', 'es')).toBe('en');
    const spanish = { ...letterhead, language: 'es' } as const;
    const user = { username, language: null };
    const input = { notice: 'test_mail', user, about: null, at, ip: null, client: null } as const;
    expect(writeNotice(spanish, input).html).toContain('<html lang="es">');
  });
});

describe.each(languages)('text of strangers in a letter in %s', (language) => {
  test('is quoted, is no HTML, and is left out with a link in it', () => {
    const about = { labels: ['Phone" <b>x</b>', 'https://evil.example'] };
    const { text, html } = noticeOf(language, { about, client: 'https://evil.example <i>' });
    expect(text).toContain(`"Phone' <b>x</b>", ${textsIn(language).about.hiddenLabel}`);
    expect(html).toContain('&quot;Phone');
    expect(html).not.toMatch(/<b>|<i>|evil/);
    expect(text).not.toContain('evil');
  });

  test('is escaped in the name of the service and in HELP_CONTACT', () => {
    const hostile = { ...letterhead, serviceName: '<u>"S"', help: '"><img src=x>@a' };
    const { html } = writeCode(hostile, language, '492039');
    expect(html).not.toMatch(/<u>|<img/);
  });
});

test('words have a contrast of 4.5 on their ground, light and dark, with every colour that a brand may have', () => {
  const steps = Array.from({ length: 10 }, (_, step) => Math.min(255, step * 29));
  const hex = (value: number) => value.toString(16).padStart(2, '0');
  const colors = steps
    .flatMap((red) => steps.flatMap((green) => steps.map((blue) => `#${hex(red)}${hex(green)}${hex(blue)}`)))
    .concat('#767676', '#1d4f8c')
    .filter((color) => BrandColor.safeParse(color).success);
  expect(colors.length).toBeGreaterThan(200);
  for (const color of colors) {
    const pairs = pairsOf(letterStyle(brandColors(color)));
    expect(pairs.length).toBe(2 * 8);
    for (const { what, words, ground } of pairs)
      expect(contrastOf(words, ground), `${color} ${what}`).toBeGreaterThanOrEqual(4.5);
  }
});

/** Each pair of words and ground in a style, light and dark. Words without a ground of their own stand on the page. */
function pairsOf(style: string) {
  const [light = '', dark = ''] = style.split('@media (prefers-color-scheme: dark)');
  const inLight = rulesOf(light);
  const inDark = new Map(
    [...inLight].map(([name, rule]) => [name, { ...rule, ...rulesOf(dark).get(name) }] as const),
  );
  return [inLight, inDark].flatMap((rules, mode) => {
    const page = rules.get('.page')?.background ?? 'no ground';
    const body = rules.get('body')?.color ?? 'no words';
    const own = [...rules].flatMap(([name, { color, background = page }]) =>
      color ? [{ what: `${name} ${mode}`, words: color, ground: background }] : [],
    );
    const ink = { what: `page ${mode}`, words: body, ground: page };
    const quiet = { what: `td ${mode}`, words: body, ground: page };
    return [...own, ink, quiet];
  });
}

function rulesOf(style: string): Map<string, { color?: string; background?: string }> {
  const rules = [...style.matchAll(/([\w.:-]+) \{ ([^{}]*)\}/g)].map(([, name = '', body = '']) => {
    const value = (property: string) =>
      new RegExp(`(?:^|[ ;])${property}: (#[0-9a-f]{6})`, 'i').exec(body)?.[1];
    const [color, background] = [value('color'), value('background')];
    return [name, { ...(color && { color }), ...(background && { background }) }] as const;
  });
  return new Map(rules);
}

/** Every text of a catalogue by its path. A function gives the words of sample values. */
function textsBelow(texts: object, path = ''): Map<string, string> {
  return new Map(
    Object.entries(texts).flatMap(([key, value]): (readonly [string, string])[] => {
      const at = `${path}${key}`;
      if (typeof value === 'string') return [[at, value]];
      if (typeof value === 'function') return [[at, String(value(2, 'x'))]];
      return [...textsBelow(value, `${at}.`)];
    }),
  );
}
