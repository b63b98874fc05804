import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deliverDueEvents } from '../../src/features/security-events/event-worker.ts';
import { createEventSender } from '../../src/platform/adapters/event-sender.ts';
import { wait } from '../support/actor.ts';
import { type Received, startReceiver, type TestReceiver } from '../support/event-receiver.ts';
import { type Staff, staff } from '../support/staff.ts';
import { useWorld } from '../support/use-world.ts';
import { issuer } from '../support/world.ts';

const internal: string[] = [];
const world = useWorld(() => ({ eventSender: createEventSender(internal) }));
let receiver: TestReceiver;
let root: Staff;
let made: { id: string; secret: string };

beforeAll(async () => {
  receiver = await startReceiver(204);
  internal.push(receiver.origin);
  wait(0);
  root = await staff(world);
  const input = {
    name: 'siem',
    delivery: 'webhook',
    url: receiver.url,
    events: ['session-revoked', 'roles-changed'],
  };
  const { status, body } = await root.post('/admin/receivers', input);
  expect([status, body.status]).toEqual([201, 'enabled']);
  made = body;
});
afterAll(() => receiver.close());

/** Standard Webhooks, as its text says: HMAC-SHA256 over id, timestamp and body. */
function signatureOf({ headers, body }: Received, secret: string): string {
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
  const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
  return `v1,${createHmac('sha256', key).update(signed).digest('base64')}`;
}

async function changeRoles(): Promise<{ readonly id: string; readonly received: Received }> {
  const ann = await world.user();
  await root.act('PATCH', `/admin/users/${ann.id}`, { roles: ['user', 'vendor'] });
  await deliverDueEvents(world.deps);
  const [received, ...others] = receiver.take();
  if (!received || others.length > 0) throw new Error('One event was expected');
  return { id: ann.id, received };
}

describe('a webhook', () => {
  test('is tested by an event that it must take', () => {
    const [first] = receiver.take();
    expect(JSON.parse(first?.body ?? '')).toMatchObject({ type: 'verification' });
    expect(first?.headers['webhook-signature']).toBe(first && signatureOf(first, made.secret));
  });

  test('gets JSON that says what happened to whom, and no name', async () => {
    const { id, received } = await changeRoles();
    expect(received.headers).toMatchObject({
      'content-type': 'application/json',
      'webhook-timestamp': String(Math.floor(Date.now() / 1000)),
      'webhook-signature': signatureOf(received, made.secret),
    });
    expect(received.headers).not.toHaveProperty('authorization');
    expect(JSON.parse(received.body)).toEqual({
      type: 'roles-changed',
      timestamp: new Date().toISOString(),
      data: {
        iss: issuer,
        txn: expect.any(String),
        sub_id: { format: 'iss_sub', iss: issuer, sub: id },
        event_timestamp: Math.floor(Date.now() / 1000),
        initiating_entity: 'admin',
      },
    });
  });

  test('shows its secret once, and gets a new one while the earlier still signs', async () => {
    for (const { body } of [
      await root.get('/admin/receivers'),
      await root.get(`/admin/receivers/${made.id}`),
    ])
      expect(JSON.stringify(body)).not.toContain('whsec_');
    const { body } = await root.post(`/admin/receivers/${made.id}/secret`, {});
    expect(body.secret).toMatch(/^whsec_/);
    const { received } = await changeRoles();
    const both = [signatureOf(received, body.secret), signatureOf(received, made.secret)];
    expect(received.headers['webhook-signature']).toBe(both.join(' '));
    wait(24 * 3600);
    root = await staff(world);
    const { received: later } = await changeRoles();
    expect(later.headers['webhook-signature']).toBe(signatureOf(later, body.secret));
  });

  test('has the same id at each attempt, and the time of the attempt', async () => {
    root = await staff(world);
    receiver.answer(500);
    const { received } = await changeRoles();
    wait(5);
    receiver.answer(200);
    await deliverDueEvents(world.deps);
    const [again] = receiver.take();
    expect(again?.headers['webhook-id']).toBe(received.headers['webhook-id']);
    expect(Number(again?.headers['webhook-timestamp'])).toBe(
      Number(received.headers['webhook-timestamp']) + 5,
    );
  });
});
