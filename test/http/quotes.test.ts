import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { type BodyRoute, bodyRoutes, plainBody } from '../support/bad-values.ts';
import { bearersOf } from '../support/bearers.ts';
import { counters, snapshot } from '../support/snapshot.ts';
import { useWorld } from '../support/use-world.ts';

const world = useWorld();
let routes: readonly BodyRoute[];
let bearerOf: (path: string) => string;
beforeAll(async () => {
  routes = await bodyRoutes(world);
  bearerOf = await bearersOf(world);
});

const quotes = [
  "' or '1'='1",
  "'; drop table users; --",
  "x') union select password_hash from users --",
  '"; select 1; --',
  `$1 \${x} {{x}} %s %27`,
  "\\'; /* */ ::uuid",
  '{"$ne":null}',
  '<script>alert(1)</script>',
];

/** A reason is a text like any other, and a change without a rule needs none: the rest of the body is valid. */
const isFree = (route: string, field: string) =>
  /^PUT \/admin\/(rollout|approval-rules)$/.test(route) && /^(reason|ticket)$/.test(field);

describe('quotes', () => {
  test.each(quotes)('HT-7 %s breaks nothing in any field of any route', async (text) => {
    // Answered alike, with a mail to nobody.
    const mayBeAnything = ['POST /auth/password/forgot', 'POST /auth/recovery'];
    const but = [...counters, 'audit_events'];
    const before = await snapshot(world.database.db, but);
    for (const route of routes.filter(({ name }) => !mayBeAnything.includes(name))) {
      for (const field of Object.keys(route.fields).filter((name) => !isFree(route.name, name))) {
        const body = { ...plainBody(route), [field]: text };
        const url = route.path.replace(/\{\w+\}/g, randomUUID());
        const answer = await world.call(route.method, url, body, { bearer: bearerOf(route.path) });
        expect(answer.status, `${route.name}: ${field}`).toBeGreaterThanOrEqual(400);
        expect(answer.status, `${route.name}: ${field}`).toBeLessThan(500);
      }
    }
    expect(await snapshot(world.database.db, but)).toEqual(before);
    for (const url of ['/auth/password/forgot', '/auth/recovery'])
      expect((await world.call('POST', url, { username: text })).status).toBe(202);
  });

  test.each(quotes)('HT-7 %s is a label like any other', async (label) => {
    const ann = await world.user();
    const enrolled = await ann.enrolTotp(undefined, { label });
    const status = await world.call('GET', '/auth/mfa/status', undefined, { bearer: enrolled.bearer });
    expect(status.body.factors).toMatchObject([{ label }]);
  });

  test.each(quotes)('HT-7 %s is a password like any other', async (quote) => {
    const password = `${quote} and some more`;
    const ann = await world.user({ password });
    expect((await ann.login()).status).toBe(200);
    expect((await ann.login('public', { password: `${password}'` })).status).toBe(401);
  });

  test.each(quotes)('HT-7 %s is a user agent like any other', async (agent) => {
    const ann = await world.user();
    const { body } = await ann.login('public', {}, { headers: { 'user-agent': agent } });
    const own = await world.call('GET', '/auth/sessions', undefined, { bearer: body.access_token });
    expect(own.body.sessions).toMatchObject([{ user_agent: agent }]);
  });
});
