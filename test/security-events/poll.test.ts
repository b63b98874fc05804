import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { parkForgotten } from '../../src/features/security-events/event-queue-store.ts';
import { wait } from '../support/actor.ts';
import { claimsIn } from '../support/event-receiver.ts';
import { makeService } from '../support/services.ts';
import { type Staff, staff } from '../support/staff.ts';
import { useWorld } from '../support/use-world.ts';

const world = useWorld();
let root: Staff;
let service: Awaited<ReturnType<typeof makeService>>;
let receiverId: string;

beforeAll(async () => {
  wait(0);
  root = await staff(world);
  service = await makeService(world, { scopes: ['events:poll'] });
  const input = { name: 'poller', delivery: 'poll', client_id: service.id, events: ['session-revoked'] };
  const { status, body } = await root.post('/admin/receivers', input);
  expect([status, body.status, body.waiting]).toEqual([201, 'unverified', 1]);
  receiverId = body.id;
});

const tokenOf = async (one = service) => one.token();

async function poll(body: Record<string, unknown>, { id = receiverId, bearer = '' } = {}) {
  const by = bearer || (await tokenOf());
  return world.call('POST', `/events/poll/${id}`, { returnImmediately: true, ...body }, { bearer: by });
}

async function endedSession() {
  const ann = await world.user();
  const one = (await ann.login()).body.access_token;
  const two = (await ann.login()).body.access_token;
  for (const bearer of [one, two]) await world.call('POST', '/auth/logout', {}, { bearer });
  return [one, two].map((bearer) => claimsIn(bearer).sid as string);
}

describe('a receiver that polls', () => {
  test('is verified when it acknowledges the verification event, and hears then', async () => {
    await endedSession();
    const { sets } = (await poll({})).body;
    const [jti = '', ...others] = Object.keys(sets);
    expect(others).toEqual([]);
    expect(Object.keys(claimsIn(sets[jti]).events)).toEqual([
      'https://schemas.openid.net/secevent/ssf/event-type/verification',
    ]);
    expect((await root.get(`/admin/receivers/${receiverId}`)).body.status).toBe('unverified');
    expect((await poll({ maxEvents: 0, ack: [jti] })).body).toEqual({ sets: {} });
    expect((await root.get(`/admin/receivers/${receiverId}`)).body).toMatchObject({
      status: 'enabled',
      waiting: 0,
    });
  });

  test('gets the events of a subject one after the other, and each until it acknowledges it', async () => {
    const [one, two] = await endedSession();
    const idsIn = (sets: Record<string, string>) =>
      Object.values(sets).map((token) => claimsIn(token).sub_id.session.id);
    const first = (await poll({})).body.sets;
    expect(idsIn(first)).toEqual([one]);
    expect((await poll({})).body).toEqual({ sets: {} });
    wait(31); // it has died, say
    const again = (await poll({})).body.sets;
    expect(Object.keys(again)).toEqual(Object.keys(first));
    const second = (await poll({ ack: [...Object.keys(again), 'not ours', randomUUID()] })).body.sets;
    expect(idsIn(second)).toEqual([two]);
    expect((await poll({ ack: Object.keys(second) })).body).toEqual({ sets: {} });
  });

  test('refuses an event: it is parked, under a word of the standard', async () => {
    await endedSession();
    const [jti = ''] = Object.keys((await poll({})).body.sets);
    const err = { err: 'invalid_audience', description: 'not for <me>' };
    await poll({ maxEvents: 0, setErrs: { [jti]: err } });
    const { events } = (await root.get(`/admin/receivers/${receiverId}/parked`)).body;
    expect(events).toMatchObject([{ id: jti, trouble: 'refused: invalid_audience' }]);
    const [other = ''] = Object.keys((await poll({})).body.sets);
    await poll({ maxEvents: 0, ack: [other] });
  });

  test('that fetches nothing for a day finds its events parked', async () => {
    await endedSession();
    wait(24 * 3600);
    expect(await parkForgotten(world.database.db, new Date())).toBe(2);
  });

  test('waits for an event, and gets it as it happens', async () => {
    const bearer = await tokenOf();
    const waiting = poll({ returnImmediately: false }, { bearer });
    await endedSession();
    const [jti = ''] = Object.keys((await waiting).body.sets);
    expect(jti).not.toBe('');
    await poll({ maxEvents: 0, ack: [jti] });
  });

  test('is another’s to nobody: not to a service account of another receiver, without the scope, or to a user', async () => {
    const other = await makeService(world, { scopes: ['events:poll'] });
    const bearer = await tokenOf(other);
    expect((await poll({}, { bearer })).status).toBe(404);
    expect((await poll({}, { id: randomUUID() })).status).toBe(404);
    const without = await makeService(world, { scopes: ['other'] });
    expect((await poll({}, { bearer: await tokenOf(without) })).status).toBe(403);
    expect((await poll({}, { bearer: root.bearer })).status).toBe(401);
  });
});

describe('a receiver is refused', () => {
  test.each([
    ['without an account', { delivery: 'poll' }, '#/client_id'],
    ['with an account that nobody knows', { delivery: 'poll', client_id: randomUUID() }, '#/client_id'],
    ['without an address', { delivery: 'push' }, '#/url'],
    ['by http', { delivery: 'push', url: 'http://a.example' }, '#/url'],
    ['with a login in its address', { delivery: 'webhook', url: 'https://a:b@a.example' }, '#/url'],
    [
      'with a header where none is sent',
      { delivery: 'webhook', url: 'https://a.example', authorization: 'Bearer x' },
      '#/authorization',
    ],
  ])('%s', async (_, input, pointer) => {
    root = await staff(world);
    const { status, body } = await root.post('/admin/receivers', { name: 'wrong', ...input });
    expect([status, body.errors?.[0]?.pointer]).toEqual([400, pointer]);
  });

  test('of an address in our own network: it stays unverified, and says why', async () => {
    root = await staff(world);
    const input = { name: 'inside', delivery: 'push', url: 'https://127.0.0.1:1/' };
    expect((await root.post('/admin/receivers', input)).body).toMatchObject({
      status: 'unverified',
      trouble: 'no answer: Receiver FORBIDDEN_ADDRESS',
    });
    expect((await root.post('/admin/receivers', input)).status).toBe(409);
  });

  test('to everybody but administrators', async () => {
    const auditor = await staff(world, 'auditor');
    expect((await auditor.get('/admin/receivers')).status).toBe(200);
    const input = { name: 'x', delivery: 'push', url: 'https://a.example' };
    expect((await auditor.post('/admin/receivers', input)).status).toBe(403);
    const helper = await staff(world, 'helpdesk');
    expect((await helper.get('/admin/receivers')).status).toBe(403);
  });
});
