import { beforeEach, describe, expect, test, vi } from 'vitest';
import { runDueBreakers } from '../../src/features/sms/run-due-breakers.ts';
import { dependencyUnavailable } from '../../src/lib/problem.ts';
import { wait } from '../support/actor.ts';
import { eventsDuring } from '../support/audit.ts';
import { serverUrl } from '../support/database.ts';
import { anotherInstance } from '../support/instance.ts';
import { freshPhone } from '../support/second-factor.ts';
import { staff } from '../support/staff.ts';
import { answer, sendMany, sendTo } from '../support/texts.ts';
import { useWorld } from '../support/use-world.ts';

const minute = 60;
const held = { status: 503, extensions: { reason: 'sms_paused' } };

describe('the breaker of text messages', () => {
  let fails = false;
  const texts: { to: string; text: string }[] = [];
  const sendSms = async (message: { to: string; text: string }) => {
    if (fails) throw dependencyUnavailable({ reason: 'sms_unavailable' });
    texts.push(message);
  };
  const world = useWorld({ carriers: { sms: { sendSms } }, smsRules: { leastConversionPercent: 30 } });
  beforeEach(async () => {
    vi.setSystemTime(new Date('2031-05-06T09:00:00Z'));
    fails = false;
    for (const table of ['smsTexts', 'smsBreakers', 'sends'] as const)
      await world.database.db.deleteFrom(table).execute();
  });

  const lines: string[] = [];
  const runBreakers = (deps = world.deps) => runDueBreakers(deps, (line) => void lines.push(line));
  const breakerEvents = async (act = runBreakers as () => Promise<unknown>) =>
    (await eventsDuring(world, act)).map(({ type, detail }) => `${type} ${detail?.scope}`);
  const sent = async (phone = freshPhone()) => 'id' in (await sendTo(world.deps, phone));
  const canadian = () => `+1204234${freshPhone().slice(-4)}`;

  /** Twenty that nobody answers, until their codes are over. */
  async function attack(phoneOf = freshPhone) {
    await sendMany(world.deps, 20, 0, phoneOf);
    wait(6 * minute);
    await runBreakers();
  }

  async function withPhone() {
    const ann = await world.user();
    const bearer = (await ann.login()).body.access_token;
    await world.call('POST', '/auth/mfa/enroll', { method: 'sms', phone: freshPhone() }, { bearer });
    const token = /\d{6}/.exec(texts.at(-1)?.text ?? '')?.[0] ?? '';
    const done = await world.call('POST', '/auth/mfa/verify-enrollment', { token }, { bearer });
    expect(done.status).toBe(200);
    wait(minute);
    return ann;
  }

  test('attack 47 trips at twenty whose codes did not come back, and says so once', async () => {
    await sendMany(world.deps, 19, 0);
    wait(6 * minute);
    expect(await breakerEvents()).toEqual([]);
    await sendTo(world.deps);
    expect(await breakerEvents()).toEqual([]); // its code still works
    wait(6 * minute);
    const before = lines.length;
    expect(await breakerEvents()).toEqual(['sms_paused US', 'sms_paused all']);
    expect(await breakerEvents()).toEqual([]);
    expect(lines.slice(before)).toEqual([
      'SMS breaker of scope US (codes entered for 0 of 20 texts): texts to new numbers paused; see docs/sms.md',
      'SMS breaker of scope all (codes entered for 0 of 20 texts): texts to new numbers paused; see docs/sms.md',
    ]);
    expect(await sendTo(world.deps)).toMatchObject(held);
  });

  test('attack 47 trips below thirty of a hundred, and not at thirty', async () => {
    await sendMany(world.deps, 20, 6);
    wait(6 * minute);
    expect(await breakerEvents()).toEqual([]);
    await sendTo(world.deps);
    wait(6 * minute);
    expect(await breakerEvents()).toEqual(['sms_paused US', 'sms_paused all']);
  });

  test('attack 47 looks at the last hour', async () => {
    await sendMany(world.deps, 10, 0);
    wait(61 * minute);
    await sendMany(world.deps, 10, 0);
    wait(6 * minute);
    expect(await breakerEvents()).toEqual([]);
  });

  test('attack 47 of one country leaves others alone, unless all together are as bad', async () => {
    await sendMany(world.deps, 60, 60, canadian);
    await sendMany(world.deps, 20, 0);
    wait(6 * minute);
    expect(await breakerEvents()).toEqual(['sms_paused US']);
    expect(await sent()).toBe(false);
    expect(await sent(canadian())).toBe(true);
  });

  test('attack 47 what is spread over countries trips for all of them', async () => {
    await sendMany(world.deps, 10, 0, canadian);
    await sendMany(world.deps, 10, 0);
    wait(6 * minute);
    expect(await breakerEvents()).toEqual(['sms_paused all']);
    expect(await sent(canadian())).toBe(false);
  });

  test('attack 47 while it is open, who has proven a number gets codes, and nobody enrols one', async () => {
    const ann = await withPhone();
    const bob = await world.user();
    const bearer = (await bob.login()).body.access_token;
    await attack();
    const begun = await world.call(
      'POST',
      '/auth/mfa/enroll',
      { method: 'sms', phone: freshPhone() },
      { bearer },
    );
    expect(begun).toMatchObject({ status: 503, body: { reason: 'sms_paused' } });
    expect(Number(begun.headers['retry-after'])).toBe(30 * minute);
    expect(await ann.login()).toMatchObject({ status: 200, body: { mfa_method: 'sms' } });
  });

  test('attack 47 a number is not proven by what was confirmed after it tripped', async () => {
    await attack();
    wait(31 * minute); // half-open: a few are tried, and this is one
    const ann = await withPhone();
    await world.database.db
      .updateTable('smsBreakers')
      .set({ resumesAt: new Date(Date.now() + 600_000) })
      .execute();
    expect(await ann.login()).toMatchObject({ status: 503, body: { reason: 'sms_paused' } });
  });

  test('attack 47 nor if texts to it are left unanswered again and again', async () => {
    const ann = await withPhone();
    for (let one = 0; one < 5; one += 1) {
      expect((await ann.login()).status).toBe(200);
      wait(16 * minute);
    }
    await attack();
    expect(await ann.login()).toMatchObject({ status: 503, body: { reason: 'sms_paused' } });
  });

  test('attack 47 texts to proven numbers do not hide that new ones are not answered', async () => {
    const ann = await withPhone();
    const factor = await world.database.db
      .selectFrom('factors')
      .select('id')
      .where('userId', '=', ann.id)
      .where('method', '=', 'sms')
      .executeTakeFirstOrThrow();
    await world.database.db
      .insertInto('smsTexts')
      .values(
        Array.from({ length: 200 }, () => ({
          id: crypto.randomUUID(),
          factorId: factor.id,
          country: 'US',
          isNew: false,
          sentAt: new Date(),
          answeredAt: new Date(),
        })),
      )
      .execute();
    await sendMany(world.deps, 20, 0);
    wait(6 * minute);
    expect(await breakerEvents()).toContain('sms_paused US');
  });

  test('attack 47 the right code is what is counted as an answer, at enrolment and at login', async () => {
    const answered = async () =>
      (
        await world.database.db
          .selectFrom('smsTexts')
          .select('isNew')
          .where('answeredAt', 'is not', null)
          .execute()
      ).length;
    const ann = await withPhone();
    expect(await answered()).toBe(1);
    const { temp_token: temp } = (await ann.login()).body;
    await ann.verify(temp, '000000');
    expect(await answered()).toBe(1);
    const code = /\d{6}/.exec(texts.at(-1)?.text ?? '')?.[0] ?? '';
    expect((await ann.verify(temp, code)).status).toBe(200);
    expect(await answered()).toBe(2);
  });

  test('attack 47 a carrier that fails does not trip it', async () => {
    fails = true;
    await sendMany(world.deps, 30, 0);
    wait(6 * minute);
    expect(await breakerEvents()).toEqual([]);
  });

  test('attack 47 after half an hour five are tried, however many come at once', async () => {
    await attack();
    wait(29 * minute);
    expect(await sent()).toBe(false);
    wait(2 * minute);
    const all = await Promise.all(Array.from({ length: 40 }, () => sendTo(world.deps)));
    expect(all.filter((one) => 'id' in one)).toHaveLength(5);
    expect(await breakerEvents()).toEqual([]); // their codes still work
  });

  test('attack 47 it closes when two of those are answered, and does not trip by what was before', async () => {
    await attack();
    wait(31 * minute);
    await sendMany(world.deps, 5, 1);
    expect(await breakerEvents()).toEqual([]);
    const more = await world.database.db
      .selectFrom('smsTexts')
      .selectAll()
      .orderBy('sentAt', 'desc')
      .execute();
    await answer(world.deps, more.find(({ answeredAt }) => !answeredAt)?.id ?? '');
    expect(await breakerEvents()).toEqual(['sms_resumed US', 'sms_resumed all']);
    wait(1);
    expect(await breakerEvents()).toEqual([]);
    expect(await sent()).toBe(true);
  });

  test('attack 47 it trips again when they are not', async () => {
    await attack();
    wait(31 * minute);
    await sendMany(world.deps, 5, 1);
    wait(6 * minute);
    expect(await breakerEvents()).toEqual(['sms_paused US', 'sms_paused all']);
    expect(await sent()).toBe(false);
    wait(31 * minute);
    expect(await sent()).toBe(true); // another five
  });

  test('attack 47 GET /admin/sms shows what was spent, what came back and what is paused', async () => {
    await sendMany(world.deps, 20, 2, () => `+1425400${freshPhone().slice(-4)}`);
    wait(6 * minute);
    await runBreakers();
    const root = await staff(world, 'helpdesk');
    const { status, body } = await root.get('/admin/sms');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      day: '2031-05-06',
      total: { sent: 20, answered: 2, new_sent: 20, left: 999_980, breaker: 'open' },
      countries: [{ country: 'US', allowed: true, sent: 20, answered: 2, breaker: 'open', left: 999_980 }],
      prefixes: [{ prefix: '+1425400', spent: 20, left: 999_980 }],
    });
    expect(body.countries[0].resumes_at).toBe(new Date(Date.now() + 30 * minute * 1000).toISOString());
    const nobody = await world.user();
    const bearer = (await nobody.login()).body.access_token;
    expect((await world.call('GET', '/admin/sms', undefined, { bearer })).status).toBe(401);
  });

  test.skipIf(!serverUrl)('attack 47 two instances agree, and one of them reports', async () => {
    const other = await anotherInstance(world);
    try {
      await sendMany(world.deps, 20, 0);
      wait(6 * minute);
      const both = () =>
        Promise.all([runBreakers(), runBreakers(other.deps), runBreakers(), runBreakers(other.deps)]);
      expect((await breakerEvents(both)).sort()).toEqual(['sms_paused US', 'sms_paused all']);
      expect(await sendTo(other.deps)).toMatchObject(held);
      wait(31 * minute);
      const all = await Promise.all(
        Array.from({ length: 40 }, (_, one) => sendTo(one % 2 ? world.deps : other.deps)),
      );
      expect(all.filter((one) => 'id' in one)).toHaveLength(5);
      wait(6 * minute);
      expect((await breakerEvents(both)).sort()).toEqual(['sms_paused US', 'sms_paused all']);
    } finally {
      await other.close();
    }
  });
});
