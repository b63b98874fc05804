import { describe, expect, test } from 'vitest';
import { withDeps, withRules } from '../../src/service/cli/open-deps.ts';
import { readConfig } from '../../src/service/config/config.ts';
import { startJobs } from '../../src/service/jobs/start-jobs.ts';
import { because } from '../support/approvals.ts';
import { databaseOfCommands } from '../support/database.ts';
import { until } from '../support/programs.ts';
import { staff } from '../support/staff.ts';
import { linkIn, telephoneOwner } from '../support/text-notices.ts';
import { useWorld } from '../support/use-world.ts';

const world = useWorld();

test('an instance without a mail server sends notices by text, and keeps mails for an instance that has one', async () => {
  const desk = await staff(world, 'helpdesk');
  const ann = await telephoneOwner(world, {});
  await desk.post(`/admin/users/${ann.id}/bypass-codes`, because);
  const texts: { to: string; text: string }[] = [];
  const work = startJobs(world.deps, {
    signingKeyDays: 90,
    destinations: { file: null, remote: new Map() },
    sendMail: undefined,
    sendSms: async (message) => void texts.push(message),
    log: world.app.log,
  });
  try {
    await until('the text was sent', async () => texts.length > 0);
  } finally {
    await work.close();
  }
  expect(texts).toMatchObject([{ to: ann.phone, isNotice: true }]);
  expect(linkIn(texts[0]?.text)).not.toBe('no link');
  const mails = world.database.db.selectFrom('outbox').select(['attempts', 'channel']);
  const waiting = await mails.where('username', '=', ann.username).execute();
  expect(waiting.length).toBeGreaterThan(0);
  for (const mail of waiting) expect(mail).toEqual({ attempts: 0, channel: 'mail' });
});

test('OB-9 a carrier of notices that fails is logged once, without the number', async () => {
  const desk = await staff(world, 'helpdesk');
  const ann = await telephoneOwner(world);
  await desk.post(`/admin/users/${ann.id}/bypass-codes`, because);
  const work = startJobs(world.deps, {
    signingKeyDays: 90,
    destinations: { file: null, remote: new Map() },
    sendMail: undefined,
    sendSms: async ({ to, text }) => {
      throw new Error(`No way to ${to}: ${text}`);
    },
    log: world.app.log,
  });
  const logged = () => world.logs.filter((line) => line.includes('background job failed'));
  try {
    await until('it is logged', async () => logged().length > 0);
  } finally {
    await work.close();
  }
  expect(logged().map((line) => JSON.parse(line))).toMatchObject([{ work: 'text notices', cause: 'Error' }]);
  for (const secret of [ann.phone.slice(1), '/not-me']) expect(world.logs.join('')).not.toContain(secret);
});

describe('a command queues texts', () => {
  const twilio = { TWILIO_ACCOUNT_SID: `AC${'0'.repeat(32)}`, TWILIO_AUTH_TOKEN: 'x'.repeat(32) };
  const cases: readonly (readonly [string, Record<string, string>, boolean])[] = [
    ['where Twilio takes them', { ...twilio, TWILIO_FROM: '+15095550100' }, true],
    ['where the terminal prints them', {}, true],
    [
      'and none where Twilio Verify writes its own',
      { ...twilio, TWILIO_VERIFY_SERVICE_SID: `VA${'0'.repeat(32)}` },
      false,
    ],
  ];
  test.each(cases)('%s', async (_name, env, expected) => {
    const database = await databaseOfCommands();
    try {
      const config = readConfig({ ...database.env, ...env });
      for (const open of [withDeps, withRules])
        await open(config, async ({ providers }) => {
          expect(providers.get('sms')?.delivery?.carriesNotices).toBe(expected);
        });
    } finally {
      await database.close();
    }
  });
});
