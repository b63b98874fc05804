import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { sealEvents } from '../../src/features/audit/seal-events.ts';
import { findSealing } from '../../src/features/audit/seal-store.ts';
import { enqueueMail, findOutboxFigures } from '../../src/features/notices/outbox-store.ts';
import { deliverDue } from '../../src/features/notices/outbox-worker.ts';
import { createReceiver } from '../../src/features/security-events/create-receiver.ts';
import { findEventFigures, queueVerification } from '../../src/features/security-events/event-queue-store.ts';
import { smsFigures } from '../../src/features/sms/sms-figures.ts';
import { createMetrics } from '../../src/platform/telemetry/metrics.ts';
import {
  exposeAudit,
  exposeEvents,
  exposeMails,
  exposeTexts,
  readSeldom,
} from '../../src/platform/telemetry/service-gauges.ts';
import { insertEvents } from '../support/sealed-log.ts';
import { makeService } from '../support/services.ts';
import { drain, sendMany } from '../support/texts.ts';
import { useWorld } from '../support/use-world.ts';
import { consoleContext } from '../support/world.ts';

const world = useWorld();

/** What stands there of the names that begin so, read anew. */
async function shown(prefix: string, isLost: (() => boolean) | null = null): Promise<Record<string, number>> {
  const metrics = createMetrics();
  exposeAudit(metrics, { sealing: () => findSealing(world.deps.db), isLost });
  const { smsRules: rules } = world.deps;
  exposeMails(metrics, () => findOutboxFigures(world.deps.db, new Date()));
  exposeEvents(metrics, () => findEventFigures(world.deps.db));
  exposeTexts(metrics, { figures: () => smsFigures(world.deps, new Date()), rules });
  const lines = (await metrics.text()).split('\n').filter((line) => line.startsWith(prefix));
  return Object.fromEntries(
    lines.map((line) => [
      line.slice(prefix.length, line.lastIndexOf(' ')),
      Number(line.slice(line.lastIndexOf(' '))),
    ]),
  );
}

describe('AU-5 the metrics of the audit', () => {
  test('give the age of the oldest event that has no seal, and 0 where all have one', async () => {
    const ago = (seconds: number) => new Date(Date.now() - seconds * 1000);
    expect(await shown('sallyport_audit_')).toEqual({ last_seal: 0, oldest_unsealed_seconds: 0 });
    await insertEvents(world, 2, ago(90));
    await insertEvents(world, 2, ago(10));
    const { oldest_unsealed_seconds: age } = await shown('sallyport_audit_');
    expect(age).toBeGreaterThanOrEqual(90);
    expect(age).toBeLessThan(110);

    await sealEvents(world.deps);
    expect(await shown('sallyport_audit_')).toEqual({ last_seal: 1, oldest_unsealed_seconds: 0 });
    await insertEvents(world, 1, ago(40));
    const { oldest_unsealed_seconds: later } = await shown('sallyport_audit_');
    expect(later).toBeGreaterThanOrEqual(40);
    expect(later).toBeLessThan(60);
    await sealEvents(world.deps);
  });

  test('are not below 0 where the clock of another instance is ahead', async () => {
    await insertEvents(world, 1, new Date(Date.now() + 60_000));
    expect((await shown('sallyport_audit_')).oldest_unsealed_seconds).toBe(0);
    await sealEvents(world.deps);
  });

  test('pass over an event whose number is out of reach, as the seals do', async () => {
    await sql`insert into audit_events (seq, at, type, outcome) overriding system value
      values (1000, ${new Date('2020-01-01')}, 'mfa_passed', 'success')`.execute(world.database.owner);
    expect(await findSealing(world.deps.db)).toMatchObject({ oldestUnsealed: null });
  });

  test('say that a seal is lost while it is', async () => {
    expect((await shown('sallyport_audit_', () => true)).lost).toBe(1);
    expect((await shown('sallyport_audit_', () => false)).lost).toBe(0);
  });
});

describe('the metrics of mails', () => {
  test('give how many wait, how many of them failed, and since when', async () => {
    const { db, vault } = world.deps;
    await db.deleteFrom('outbox').execute();
    const shownNow = () => shown('sallyport_mails_');
    expect(await shownNow()).toEqual({ waiting: 0, failing: 0, oldest_seconds: 0 });
    const mail = { to: 'ann@example.com', subject: 'x', text: 'y', html: 'z' };
    await enqueueMail(db, { vault, mail, username: 'ann', now: new Date(Date.now() - 90_000) });
    const refuse = async () => {
      throw new Error('The mail server is away');
    };
    await deliverDue({
      db,
      vault,
      portalUrl: 'https://portal.example',
      sendMail: refuse,
      onFailure: () => {},
    });
    await enqueueMail(db, { vault, mail, username: 'ann', now: new Date() });
    const { oldest_seconds: age, ...counts } = await shownNow();
    expect(counts).toEqual({ waiting: 2, failing: 1 });
    expect(age).toBeGreaterThanOrEqual(90);
    await db.deleteFrom('outbox').execute();
  });
});

describe('the metrics of security events', () => {
  test('give how many wait and were given up, and since when', async () => {
    const { db } = world.deps;
    const { id: clientId } = await makeService(world);
    const shownNow = () => shown('sallyport_events_');
    expect(await shownNow()).toEqual({ waiting: 0, parked: 0, oldest_seconds: 0 });
    const { receiver } = await createReceiver(world.deps, consoleContext(), null, {
      ...{ name: 'poller', clientId, delivery: 'poll', events: ['session-revoked'] },
      ...{ url: null, audience: null, authorization: null },
    });
    expect(await shownNow()).toMatchObject({ waiting: 1, parked: 0 });
    await db.updateTable('eventDeliveries').set({ parkedAt: new Date() }).execute();
    await queueVerification(db, receiver.id, new Date(Date.now() - 90_000));
    const { oldest_seconds: age, ...counts } = await shownNow();
    expect(counts).toEqual({ waiting: 1, parked: 1 });
    expect(age).toBeGreaterThanOrEqual(90);
  });
});

describe('the metrics of text messages', () => {
  test('give what was sent and answered, what is left and what is paused', async () => {
    await sendMany(world.deps, 3, 2);
    await drain(world, 'sms:country:US');
    const resumesAt = new Date(Date.now() + 60_000);
    const breaker = { scope: 'GB', trippedAt: new Date(), resumesAt, closedAt: null };
    await world.database.db.insertInto('smsBreakers').values(breaker).execute();
    const { perDay, perCountryPerDay } = world.deps.smsRules;
    expect(await shown('sallyport_sms_')).toEqual({
      'texts{country="US",what="sent"}': 3,
      'texts{country="US",what="answered"}': 2,
      'texts{country="US",what="failed"}': 0,
      'texts{country="GB",what="sent"}': 0,
      'texts{country="GB",what="answered"}': 0,
      'texts{country="GB",what="failed"}': 0,
      'budget{scope="day"}': perDay,
      'budget{scope="US"}': perCountryPerDay,
      'budget{scope="GB"}': perCountryPerDay,
      'budget_left{scope="day"}': perDay - 3,
      'budget_left{scope="US"}': 0,
      'budget_left{scope="GB"}': perCountryPerDay,
      'breaker_open{scope="all"}': 0,
      'breaker_open{scope="US"}': 0,
      'breaker_open{scope="GB"}': 1,
    });
  });

  test('forget a country that is no longer reported', async () => {
    const metrics = createMetrics();
    let countries = ['US', 'GB'];
    metrics.gauges('sallyport_some', 'Some', ['country'], async () =>
      countries.map((country) => ({ labels: { country }, value: 1 })),
    );
    expect(await metrics.text()).toContain('sallyport_some{country="GB"} 1');
    countries = ['US'];
    expect(await metrics.text()).not.toContain('GB');
    metrics.gauges('sallyport_broken', 'Cannot be read', ['country'], () =>
      Promise.reject(new Error('gone')),
    );
    expect(await metrics.text()).toContain('sallyport_some{country="US"} 1');
  });
});

test('what is asked for often is read seldom, a failure too, and read again when it is old', async () => {
  let times = 0;
  const read = readSeldom(async () => {
    times += 1;
    if (times === 1) throw new Error('gone');
    return times;
  }, 200);
  const asked = await Promise.allSettled([read(), read(), read()]);
  expect(asked.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  expect(times).toBe(1);
  await new Promise((resolve) => setTimeout(resolve, 250));
  expect(await Promise.all([read(), read()])).toEqual([2, 2]);
});
