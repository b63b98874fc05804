import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { SmsRules } from '../../src/domain/sms/sms-limits.ts';
import { masked } from '../../src/features/mfa/providers/sms.ts';
import { findOutboxFigures } from '../../src/features/notices/outbox-store.ts';
import { dependencyUnavailable, invalidRequest } from '../../src/lib/problem.ts';
import { wait } from '../support/actor.ts';
import { because } from '../support/approvals.ts';
import { dumpDatabase, mailsTo } from '../support/second-factor.ts';
import { type Staff, staff } from '../support/staff.ts';
import { noticesTo, telephoneOwner } from '../support/text-notices.ts';
import { drain, refill, spentOf } from '../support/texts.ts';
import { useWorld } from '../support/use-world.ts';
import { createWorld } from '../support/world.ts';

const world = useWorld();
const morning = new Date('2031-05-06T09:00:00Z');
let desk: Staff;
beforeEach(async () => {
  vi.setSystemTime(morning);
  await world.database.db.deleteFrom('outbox').execute(); // other tests leave texts for later
  await refill(world);
  desk = await staff(world, 'helpdesk');
});

type Owner = { readonly id: string; readonly phone: string };
const endanger = (ann: Owner, by = desk) => by.post(`/admin/users/${ann.id}/bypass-codes`, because);
/** What the helpdesk reads about the texts to somebody, newest first. */
async function textsSaid(ann: Owner): Promise<string[]> {
  const { body } = await desk.get(`/admin/users/${ann.id}/timeline`);
  const said: string[] = body.entries.map(({ says }: { says: string }) => says);
  return said.filter((one) => one.startsWith('A text message to'));
}
const subject = 'The helpdesk made bypass codes for your account';
const saidOf = ({ phone }: Owner) => `A text message to ${masked(phone)}, “${subject}”:`;

describe('notices by text take from the money for texts', () => {
  test('an account gets five in a day, however often somebody asks; the next day there are five more', async () => {
    const ann = await telephoneOwner(world);
    for (let asked = 0; asked < 7; asked += 1) await endanger(ann);
    expect(await noticesTo(world, ann.phone)).toHaveLength(5);
    expect(await textsSaid(ann)).toContain(
      `${saidOf(ann)} it was not sent. An account gets at most 5 such texts a day.`,
    );
    const ben = await telephoneOwner(world);
    await endanger(ben);
    expect(await noticesTo(world, ben.phone)).toHaveLength(1);
    vi.setSystemTime(new Date('2031-05-07T09:00:00Z'));
    desk = await staff(world, 'helpdesk');
    await endanger(ann);
    expect(await noticesTo(world, ann.phone)).toHaveLength(1);
  });

  test('each takes one from the day, the country and the prefix of the number', async () => {
    const ann = await telephoneOwner(world);
    const budgets = ['sms:day', 'sms:country:US', `sms:prefix:${ann.phone.slice(0, -4)}`];
    const spent = () => Promise.all(budgets.map((budget) => spentOf(world, budget)));
    const before = await spent();
    await endanger(ann);
    await noticesTo(world, ann.phone);
    expect(await spent()).toEqual(before.map((one) => one + 1));
    const { body } = await desk.get('/admin/sms');
    expect(body.notices).toEqual({ spent: 1, left: 99_999 });
    const texts = await world.database.db.selectFrom('smsTexts').selectAll().execute(); // codes alone
    expect(body.total).toMatchObject({ sent: texts.length, left: 999_998 }); // the code of the enrolment, and the notice
  });

  const shares: readonly (readonly [string, Partial<SmsRules>])[] = [
    ['a day', { perDay: 21 }],
    ['a country', { perCountryPerDay: 21 }],
    ['a prefix', { perPrefixPerDay: 21 }],
  ];
  test.each(shares)(
    'a tenth of the budget of %s at most, so the rest stays for codes',
    async (_of, smsRules) => {
      const owners: Owner[] = [];
      for (let one = 0; one < 5; one += 1) owners.push(await telephoneOwner(world));
      await refill(world);
      for (const ann of owners) await endanger(ann);
      let sent = 0;
      const sendSms = async () => {
        sent += 1;
      };
      await noticesTo(world, 'nobody', { smsRules, sendSms });
      expect(sent).toBe(3); // rounded up
      expect(await spentOf(world, 'sms:day')).toBe(3);
      expect((await textsSaid(owners[4] ?? { id: '', phone: '' }))[0]).toMatch(
        /it was not sent\. The budget of such texts is spent for today\.$/,
      );
    },
  );

  test.each(['sms:day', 'sms:country:US', 'sms:prefix:'])('none if codes have spent %s', async (budget) => {
    const ann = await telephoneOwner(world);
    await endanger(ann);
    await drain(world, budget.endsWith(':') ? budget + ann.phone.slice(0, -4) : budget);
    expect(await noticesTo(world, ann.phone)).toEqual([]);
  });

  test('none to a country that is not allowed', async () => {
    const ann = await telephoneOwner(world);
    await endanger(ann);
    expect(await noticesTo(world, ann.phone, { smsRules: { countries: ['CA'] } })).toEqual([]);
    expect((await textsSaid(ann))[0]).toBe(
      `${saidOf(ann)} it was not sent. Text messages are sent to numbers of these countries only: CA.`,
    );
    expect(await spentOf(world, 'sms:day')).toBe(1); // the code of the enrolment
  });

  test('a text that is refused holds up neither the mail, nor what it tells of, nor the code of the owner', async () => {
    const ann = await telephoneOwner(world, {});
    await mailsTo(world);
    for (let asked = 0; asked < 7; asked += 1) expect((await endanger(ann)).status).toBe(201);
    await noticesTo(world, ann.phone);
    expect(await mailsTo(world, ann.email)).toHaveLength(7);
    const { temp_token: temp } = (await ann.login()).body;
    expect((await ann.verify(temp, ann.lastCode('sms'))).status).toBe(200);
  });

  test('no text counts as a code that nobody enters: the number stays proven, and no breaker trips', async () => {
    const ann = await telephoneOwner(world);
    const before = await world.database.db.selectFrom('smsTexts').selectAll().execute();
    for (let asked = 0; asked < 5; asked += 1) await endanger(ann);
    expect(await noticesTo(world, ann.phone)).toHaveLength(5);
    expect(await world.database.db.selectFrom('smsTexts').selectAll().execute()).toHaveLength(before.length);
  });
});

describe('a carrier that fails', () => {
  const unavailable = dependencyUnavailable({ detail: 'Text messages do not work.', retry_after: 60 });
  const failing = async () => {
    throw unavailable;
  };

  test('is asked again after a while, and the mail waits for nothing', async () => {
    const ann = await telephoneOwner(world, {});
    await mailsTo(world);
    await endanger(ann);
    expect(await noticesTo(world, ann.phone, { sendSms: failing })).toEqual([]);
    expect(await textsSaid(ann)).toEqual([
      `${saidOf(ann)} the carrier has not taken it so far; the service tries again. Text messages do not work.`,
    ]);
    expect(await mailsTo(world, ann.email)).toHaveLength(1);
    expect(await noticesTo(world, ann.phone)).toEqual([]);
    wait(31);
    expect(await noticesTo(world, ann.phone)).toHaveLength(1);
    expect((await textsSaid(ann))[0]).toMatch(/: the carrier took it at \d\d:\d\d:\d\d UTC\.$/);
  });

  test('costs no more than the budget, because a text without an answer may have been sent', async () => {
    const ann = await telephoneOwner(world);
    await refill(world);
    await endanger(ann);
    for (let attempt = 1; attempt <= 3; attempt += 1) {
      await noticesTo(world, ann.phone, { sendSms: failing });
      expect(await spentOf(world, 'sms:day')).toBe(attempt);
      expect(await spentOf(world, `sms:notices:user:${ann.id}`)).toBe(1);
      wait(3600);
    }
  });

  test('is asked no more after the last attempt', async () => {
    const ann = await telephoneOwner(world);
    await endanger(ann);
    let asked = 0;
    const sendSms = async () => {
      asked += 1;
      await failing();
    };
    for (let attempt = 0; attempt < 14; attempt += 1) {
      await noticesTo(world, ann.phone, { sendSms });
      wait(21_600);
    }
    expect(asked).toBe(12);
    desk = await staff(world, 'helpdesk');
    expect((await textsSaid(ann))[0]).toMatch(/it was not sent\. Text messages do not work\.$/);
  });

  test('that does not take the number is asked once', async () => {
    const ann = await telephoneOwner(world);
    await endanger(ann);
    const detail = 'No text message can be sent to this number.';
    const sendSms = async () => {
      throw invalidRequest({ errors: [{ pointer: '#/phone', detail }], reason: 'phone_invalid' });
    };
    await noticesTo(world, ann.phone, { sendSms });
    wait(60);
    expect(await noticesTo(world, ann.phone)).toEqual([]);
    expect((await textsSaid(ann))[0]).toBe(`${saidOf(ann)} it was not sent. The carrier refused it.`);
  });
});

test('a mail server that is away keeps no text, and the figures of mails count none', async () => {
  const ann = await telephoneOwner(world);
  await mailsTo(world);
  await endanger(ann);
  expect(await findOutboxFigures(world.database.db, new Date())).toMatchObject({ waiting: 0 });
  await mailsTo(world); // takes mails alone
  expect(await noticesTo(world, ann.phone)).toHaveLength(1);
});

test('a carrier that writes the texts itself, as Twilio Verify does, gets none: nothing is queued', async () => {
  const verifySms = { start: async () => 'VE1', check: async () => true };
  const other = await createWorld({ carriers: { sms: { verifySms } } });
  try {
    const ann = await other.user({ email: null });
    const { access_token: bearer } = (await ann.login()).body;
    const phone = '+15095550123';
    await other.call('POST', '/auth/mfa/enroll', { method: 'sms', phone }, { bearer });
    await other.call('POST', '/auth/mfa/verify-enrollment', { token: '123456' }, { bearer });
    const helper = await staff(other, 'helpdesk');
    expect((await endanger({ ...ann, phone }, helper)).status).toBe(201);
    const waiting = other.database.db.selectFrom('outbox').select('id').where('channel', '=', 'sms');
    expect(await waiting.execute()).toEqual([]);
  } finally {
    await other.close();
  }
});

test('a thief of the database reads neither the number nor the link of a text, before or after it was sent', async () => {
  const ann = await telephoneOwner(world);
  await endanger(ann);
  expect(await dumpDatabase(world)).not.toContain(ann.phone);
  const [text = ''] = await noticesTo(world, ann.phone);
  const dump = await dumpDatabase(world);
  expect(dump).not.toContain(ann.phone);
  expect(dump).not.toContain(/token=([\w-]{43})/.exec(text)?.[1]);
});
