import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { slugOf } from '../../src/lib/problem.ts';
import { reasons } from '../../src/lib/problem-reasons.ts';
import { twilioRefusal } from '../../src/platform/adapters/twilio-refusal.ts';
import { useWorld } from '../support/use-world.ts';

const root = new URL('../../', import.meta.url);

describe('every problem says in a sentence what it is', () => {
  const world = useWorld();

  test('also those that nobody threw: no route, no such method, too much, no JSON', async () => {
    const inject = async (method: 'GET' | 'PUT' | 'POST', url: string, type: string, payload: string) => {
      const { statusCode, body } = await world.app.inject({
        method,
        url,
        headers: { 'content-type': type },
        payload,
      });
      return [statusCode, JSON.parse(body).detail];
    };
    const json = 'application/json';
    expect(await inject('GET', '/nowhere', json, '')).toEqual([404, 'There is no such route.']);
    expect(await inject('PUT', '/auth/login', json, '{}')).toEqual([405, expect.stringMatching(/Allow/)]);
    expect(await inject('POST', '/auth/login', json, `{"username":"${'x'.repeat(20_000)}"}`)).toEqual([
      413,
      expect.stringMatching(/16 KiB/),
    ]);
    expect(await inject('POST', '/auth/login', 'text/plain', 'x')).toEqual([
      415,
      expect.stringMatching(/JSON/),
    ]);
    expect(await inject('POST', '/auth/login', json, '{')).toEqual([
      400,
      '#: Not valid JSON (line 1, column 2). Names and strings need double quotes.',
    ]);
    const unknown = await world.call('POST', '/auth/login', { username: 'a', password: 'b', x: 1 });
    expect(unknown.body.detail).toMatch(/^#\/x: Not a field of this request. Its fields: /);
    const over = await world.call('POST', '/auth/mfa/verify', { temp_token: 'none', mfa_token: '123456' });
    expect(over.body.detail).toMatch(/Start it again/);
  });
});

describe('every reason of a problem', () => {
  test('that is thrown is in the document, and each is in docs/api.md', () => {
    const files = readdirSync(new URL('src', root), { recursive: true, encoding: 'utf8' });
    const texts = files
      .filter((name) => name.endsWith('.ts'))
      .map((name) => readFileSync(new URL(`src/${name}`, root), 'utf8'));
    const thrown = texts
      .join('\n')
      .matchAll(/(?:conflict|forbidden|dependencyUnavailable|invalidRequest)\(\{[^}]*?reason: '(\w+)'/g);
    const known: readonly string[] = Object.values(reasons).flat();
    const found = [...thrown].map(([, reason]) => reason ?? '');
    expect(found.length).toBeGreaterThan(3);
    expect(found.filter((reason) => !known.includes(reason))).toEqual([]);
    const page = readFileSync(new URL('docs/api.md', root), 'utf8');
    expect(known.filter((reason) => !page.includes(`\`${reason}\``))).toEqual([]);
  });

  test.each([21211, 21614, 21408, 21610, 20429, 60202, 1])('of Twilio’s refusals, too: %i', (code) => {
    const problem = twilioRefusal({ code });
    const kind = slugOf(problem) as keyof typeof reasons;
    expect(reasons[kind]).toContain(problem.extensions.reason);
  });
});
