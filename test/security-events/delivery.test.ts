import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { inTransaction } from '../../db/in-transaction.ts';
import { parkForgotten } from '../../src/features/security-events/event-queue-store.ts';
import { deliverDueEvents, startEventWorker } from '../../src/features/security-events/event-worker.ts';
import { endSessions } from '../../src/features/sessions/session-store.ts';
import { createEventSender } from '../../src/platform/adapters/event-sender.ts';
import { wait } from '../support/actor.ts';
import { claimsIn, startReceiver, type TestReceiver } from '../support/event-receiver.ts';
import { type Staff, staff } from '../support/staff.ts';
import { useRestoredWorld } from '../support/use-world.ts';

const internal: string[] = [];
const world = useRestoredWorld('receivers hear of every user', () => ({
  eventSender: createEventSender(internal),
}));
let receiver: TestReceiver;
let root: Staff;

beforeEach(async () => {
  receiver = await startReceiver();
  internal.push(receiver.origin);
  root = await staff(world);
});
afterEach(() => receiver.close());

async function makeReceiver(name: string, { url }: { url: string } = receiver, events = ['session-revoked']) {
  const { status, body } = await root.post('/admin/receivers', { name, delivery: 'push', url, events });
  expect(status).toBe(201);
  receiver.take();
  return body as { id: string; status: string; trouble: string | null };
}

const shown = async (id: string) => (await root.get(`/admin/receivers/${id}`)).body;

/** A user whose sessions end one after the other. Returns their ids in that order. */
async function endedSessions(count: number) {
  const ann = await world.user();
  const ids: string[] = [];
  for (let at = 0; at < count; at += 1) {
    const bearer = (await ann.login()).body.access_token;
    await world.call('POST', '/auth/logout', {}, { bearer });
    ids.push(claimsIn(bearer).sid);
  }
  return { ann, ids };
}

const sessionsIn = (received: readonly { readonly body: string }[]) =>
  received.map(({ body }) => claimsIn(body).sub_id.session.id as string);

const rows = () => world.database.db.selectFrom('eventDeliveries').selectAll().orderBy('number').execute();

describe('what is queued', () => {
  test('EV-1 nothing without a receiver, nor for one that is not verified', async () => {
    await endedSessions(1);
    expect(await rows()).toEqual([]);
    receiver.answer(500);
    expect(await makeReceiver('deaf')).toMatchObject({ status: 'unverified', trouble: 'answered 500' });
    await endedSessions(1);
    expect(await rows()).toEqual([]);
    const { id } = (await root.get('/admin/receivers')).body.receivers[0];
    const enabling = await root.act('PATCH', `/admin/receivers/${id}`, { status: 'enabled' });
    expect(enabling.status).toBe(409);
  });

  test('EV-2 nothing of a transaction that rolls back', async () => {
    await makeReceiver('gateway');
    const ann = await world.user();
    await ann.login();
    const failing = inTransaction(world.database.db, async (tx) => {
      expect(await endSessions(tx, { userId: ann.id }, new Date())).toHaveLength(1);
      throw new Error('rolled back');
    });
    await expect(failing).rejects.toThrow('rolled back');
    expect(await rows()).toEqual([]);
  });

  test('EV-2 one event for each session, however it ends, and none for one that has ended', async () => {
    await makeReceiver('gateway');
    const ann = await world.user();
    for (let at = 0; at < 3; at += 1) await ann.login();
    await root.act('PATCH', `/admin/users/${ann.id}`, { status: 'disabled' });
    await root.act('DELETE', `/admin/users/${ann.id}/sessions`, { reason: 'again' });
    expect((await rows()).map(({ source }) => source)).toEqual(Array(3).fill('session:ended'));
  });

  test('one for each receiver that asks for it, each with a name of its own', async () => {
    await makeReceiver('gateway');
    await makeReceiver('siem');
    await makeReceiver('other', receiver, ['roles-changed']);
    await endedSessions(1);
    await deliverDueEvents(world.deps);
    const claims = receiver.take().map(({ body }) => claimsIn(body));
    expect(claims).toHaveLength(2);
    expect(new Set(claims.map(({ txn }) => txn)).size).toBe(1);
    expect(new Set(claims.map(({ jti }) => jti)).size).toBe(2);
  });
});

describe('a receiver that fails', () => {
  test('EV-2 for an hour loses nothing, and hears each subject in order', async () => {
    const { id } = await makeReceiver('gateway');
    receiver.answer(500);
    const { ids } = await endedSessions(3);
    for (let minutes = 0; minutes < 60; minutes += 1) {
      await deliverDueEvents(world.deps);
      wait(60);
    }
    const asked = sessionsIn(receiver.take());
    expect(new Set(asked)).toEqual(new Set([ids[0]])); // the others wait behind the first
    expect(asked.length).toBeGreaterThan(8);
    expect(asked.length).toBeLessThan(14); // it waits longer each time
    root = await staff(world); // the hour has ended the session of the first
    expect(await shown(id)).toMatchObject({ waiting: 3, parked: 0, trouble: 'answered 500' });

    receiver.answer(202);
    for (let round = 0; round < 20; round += 1) {
      await deliverDueEvents(world.deps);
      wait(60);
    }
    expect(sessionsIn(receiver.take())).toEqual(ids);
    root = await staff(world);
    expect(await shown(id)).toMatchObject({ waiting: 0, delivered: 3, trouble: null });
  });

  test('for a day has its events parked, and gets them when they are sent again', async () => {
    const { id } = await makeReceiver('gateway');
    receiver.answer(500);
    const { ids, ann } = await endedSessions(2);
    for (let hours = 0; hours < 25; hours += 1) {
      await deliverDueEvents(world.deps);
      wait(3600);
    }
    await deliverDueEvents(world.deps);
    root = await staff(world); // the day has ended the session of the first
    expect(await shown(id)).toMatchObject({ waiting: 0, parked: 2 });
    const { events } = (await root.get(`/admin/receivers/${id}/parked`)).body;
    expect(events).toHaveLength(2);
    expect(events[0]).toMatchObject({ event: 'session-revoked', subject: ann.id, trouble: 'answered 500' });

    receiver.answer(202);
    receiver.take();
    const { body } = await root.post(`/admin/receivers/${id}/parked/retry`, {});
    expect(body).toEqual({ released: 2 });
    await deliverDueEvents(world.deps);
    await deliverDueEvents(world.deps);
    expect(sessionsIn(receiver.take())).toEqual(ids);
  });

  test.each([
    ['redirects', { status: 302, headers: { location: 'http://127.0.0.1:1/' } }, 'answered 302'],
    [
      'refuses, and says why',
      { status: 400, body: '{"err":"invalid_key","description":"<b>"}' },
      'answered 400: invalid_key',
    ],
    ['lies about why', { status: 400, body: '{"err":"<script>"}' }, 'answered 400'],
    ['sends what is no JSON', { status: 502, body: 'x'.repeat(100_000) }, 'answered 502'],
  ])('%s: the event waits, and its words do not get through', async (_, answer, trouble) => {
    const { id } = await makeReceiver('gateway');
    receiver.answer(answer);
    await endedSessions(1);
    await deliverDueEvents(world.deps);
    expect(receiver.take()).toHaveLength(1);
    expect(await shown(id)).toMatchObject({ waiting: 1, trouble });
  });

  test('by hanging delays no other receiver', async () => {
    const slow = await startReceiver();
    internal.push(slow.origin);
    await makeReceiver('slow', slow);
    await makeReceiver('gateway');
    slow.answer('never');
    await endedSessions(1);
    const worker = startEventWorker(
      world.deps,
      () => {},
      () => {},
    );
    await expect.poll(() => receiver.received.length, { timeout: 4_000 }).toBe(1);
    await slow.close();
    await worker.close();
    expect((await rows()).map(({ trouble }) => trouble)).toEqual([expect.stringMatching(/^no answer/)]);
  });
});

test('an event of a later release waits for an instance that knows it, and keeps no other back', async () => {
  const { id } = await makeReceiver('gateway');
  await endedSessions(1);
  await sql`update event_deliveries set source = 'of tomorrow'`.execute(world.database.db);
  const { ids } = await endedSessions(1);
  await deliverDueEvents(world.deps);
  expect(sessionsIn(receiver.take())).toEqual(ids);
  expect(await shown(id)).toMatchObject({ waiting: 1, trouble: 'of a later release' });
});

describe('two instances', () => {
  test('EV-2 send each event once, and keep the order of a subject', async () => {
    await makeReceiver('gateway');
    const all = await Promise.all(Array.from({ length: 4 }, () => endedSessions(4)));
    for (let round = 0; round < 4; round += 1)
      await Promise.all([deliverDueEvents(world.deps), deliverDueEvents(world.deps)]);
    const heard = sessionsIn(receiver.take());
    expect(heard).toHaveLength(16);
    for (const { ids } of all) expect(heard.filter((id) => ids.includes(id))).toEqual(ids);
    expect(await rows()).toEqual([]);
  });

  test('one dies while it sends: the other sends the event, under the same name', async () => {
    await makeReceiver('gateway');
    await endedSessions(1);
    const [row] = await rows();
    await world.database.db
      .updateTable('eventDeliveries')
      .set({ attempts: 1, nextAttemptAt: new Date(Date.now() + 60_000) })
      .execute();
    await deliverDueEvents(world.deps);
    expect(receiver.take()).toEqual([]);
    wait(61);
    await deliverDueEvents(world.deps);
    expect(receiver.take().map(({ body }) => claimsIn(body).jti)).toEqual([row?.id]);
  });
});

test('what waits for a disabled receiver is parked after a day', async () => {
  const { id } = await makeReceiver('gateway');
  await endedSessions(1);
  await root.act('PATCH', `/admin/receivers/${id}`, { status: 'disabled' });
  await deliverDueEvents(world.deps);
  expect(receiver.take()).toEqual([]);
  expect(await parkForgotten(world.database.db, new Date())).toBe(0);
  wait(24 * 3600);
  expect(await parkForgotten(world.database.db, new Date())).toBe(1);
  expect(await rows()).toMatchObject([{ trouble: 'the receiver is disabled', parkedAt: new Date() }]);
});

test('a receiver that is removed takes what waits for it along', async () => {
  const { id } = await makeReceiver('gateway');
  await endedSessions(1);
  expect((await root.remove(`/admin/receivers/${id}`)).status).toBe(204);
  expect(await rows()).toEqual([]);
  for (const url of [id, randomUUID()].map((one) => `/admin/receivers/${one}`)) {
    expect((await root.get(url)).status).toBe(404);
    expect((await root.remove(url)).status).toBe(404);
  }
});
