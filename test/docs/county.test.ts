import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Actor, wait } from '../support/actor.ts';
import { readDocument, rowsBelow } from '../support/document.ts';
import { type FakeDuo, startFakeDuo } from '../support/fake-duo.ts';
import type { Outcome } from '../support/fake-duo-oidc.ts';
import { eventTypesOf } from '../support/second-factor.ts';
import { createWorld, type World } from '../support/world.ts';

const document = readDocument('docs/county.md');
const eventsIn = (cell = '') => [...cell.matchAll(/`(\w+)`/g)].map(([, event = '']) => event);

let duo: FakeDuo;
let world: World;
let close: () => Promise<void>;
beforeAll(async () => {
  duo = await startFakeDuo();
  const connected = duo.connect();
  close = connected.close;
  world = await createWorld({ carriers: { ...connected.methods, sendMail: async () => {} } });
});
afterAll(async () => {
  await world.close();
  await close();
  await duo.close();
});
afterEach(() => void vi.useRealTimers());

/** An administrator who has enrolled Duo, and the events since then. */
async function administrator() {
  const root = await world.user({ roles: ['admin'] });
  const bearer: string = (await root.login('admin')).body.enrollment_token;
  const begun = await world.call('POST', '/auth/mfa/enroll', { method: 'duo_universal' }, { bearer });
  const { response } = await duo.visit(begun.body.redirect_url);
  expect(await world.call('POST', '/auth/mfa/verify-enrollment', { response }, { bearer })).toMatchObject({
    status: 200,
  });
  wait(301);
  const before = (await eventTypesOf(world, root.id)).length;
  return { root, events: async () => (await eventTypesOf(world, root.id)).slice(before) };
}

async function throughDuo(root: Actor, outcome: Outcome = {}) {
  const { body } = await root.login('admin');
  const { response } = await duo.visit(body.challenge.redirect_url, outcome);
  return world.call('POST', '/auth/mfa/verify', { temp_token: body.temp_token, response });
}

describe('docs/county.md: what the audit holds', () => {
  test('of a login with Duo, step by step', async () => {
    const { root, events } = await administrator();
    const { body } = await throughDuo(root);
    const bearer: string = body.access_token;
    expect((await world.call('GET', '/admin/users', undefined, { bearer })).status).toBe(200);
    const renewed = await world.call('POST', '/auth/refresh', { refresh_token: body.refresh_token });
    expect(renewed.status).toBe(200);
    const left = await world.call('POST', '/auth/logout', undefined, { bearer: renewed.body.access_token });
    expect(left.status).toBe(204);
    const said = rowsBelow(document, 'A login with Duo').flatMap(([, , cell]) => eventsIn(cell));
    expect(await events()).toEqual(said);
  });

  test.each<[string, string, (root: Actor) => Promise<{ status: number; type?: string | undefined }>]>([
    [
      'wrong password',
      'invalid-credentials',
      (root) => world.call('POST', '/auth/login', { username: root.username, password: 'not the password' }),
    ],
    ['right password', 'forbidden', (root) => root.login('vendor')],
    [
      'the person presses',
      'mfa-token-invalid',
      (root) => throughDuo(root, { result: 'deny', reason: 'user_cancelled' }),
    ],
    [
      'the person reports',
      'mfa-token-invalid',
      (root) => throughDuo(root, { result: 'deny', reason: 'user_marked_fraud' }),
    ],
    ['Duo let the user in', 'method-not-allowed', (root) => throughDuo(root, { reason: 'bypass_user' })],
    [
      'Duo is down',
      'dependency-unavailable',
      async (root) => {
        duo.faultAlways('500');
        return root.login('admin').finally(() => duo.faultAlways(null));
      },
    ],
    [
      'a refresh token comes twice',
      'invalid-token',
      async (root) => {
        const { refresh_token } = (await throughDuo(root)).body;
        const first = await world.call('POST', '/auth/refresh', { refresh_token });
        await world.call('POST', '/auth/refresh', { refresh_token: first.body.refresh_token });
        return world.call('POST', '/auth/refresh', { refresh_token });
      },
    ],
  ])('of %s…: %s', async (what, type, act) => {
    const { root, events } = await administrator();
    const answer = await act(root);
    expect(answer.type).toBe(`/problems/${type}`);
    const row = rowsBelow(document, 'When it does not go well').find(([begin]) => begin?.startsWith(what));
    expect(row?.[1]).toContain(String(answer.status));
    const said = eventsIn(row?.[2]);
    expect(said).not.toEqual([]);
    expect(await events()).toEqual(expect.arrayContaining([...said]));
  });
});
