import { describe, expect, test } from 'vitest';
import { claimAttempt } from '../../src/features/mfa/attempt-store.ts';
import { hashOf } from '../../src/lib/crypto/secret-token.ts';
import { codeOf, wait, wrongCodeOf } from '../support/actor.ts';
import { eventTypesOf, freshPhone, otherThan, throttleOf } from '../support/second-factor.ts';
import { useWorld } from '../support/use-world.ts';
import { type Answer, createWorld } from '../support/world.ts';

const minute = 60;
const world = useWorld();

/** Somebody with an app, which is asked first, and something weaker beside it. */
async function withBoth(weaker: 'sms' | 'email' = 'email') {
  const ann = await world.user();
  const { secret, bearer, codes } = await ann.enrolTotp();
  const to = weaker === 'sms' ? { phone: freshPhone() } : { email: `${ann.username}@second.example` };
  await ann.enrolSent(weaker, to, bearer);
  wait(16 * minute);
  const byApp = async (code: string) => ann.verify((await ann.login()).body.temp_token, code);
  const asked = async () => {
    const { temp_token: temp } = (await ann.login()).body;
    const sent = await world.call('POST', '/auth/mfa/challenge', { temp_token: temp, method: weaker });
    return sent.status === 200 ? temp : null;
  };
  const byWeaker = async (right = true) => {
    const code = () => (right ? ann.lastCode(weaker) : otherThan(ann.lastCode(weaker)));
    const temp = await asked();
    return temp && (await ann.verify(temp, code()));
  };
  const wrong = () => byApp(wrongCodeOf(secret));
  const right = () => byApp(codeOf(secret));
  return { ...ann, secret, codes, wrong, right, byWeaker, asked };
}

describe('a pass clears what was counted at its level or below', () => {
  test.each(['email', 'sms'] as const)(
    'two wrong codes of the app, a right one by %s, and one more is the last',
    async (weaker) => {
      const ann = await withBoth(weaker);
      for (const left of [2, 1]) expect((await ann.wrong()).body.attempts_remaining).toBe(left);
      expect((await ann.byWeaker())?.status).toBe(200);
      expect(await throttleOf(world, ann.id)).toMatchObject({ paid: 2, failed: 2, inARow: 2 });
      const last = await ann.wrong();
      expect(last).toMatchObject({ status: 403, body: { attempts_remaining: 0, retry_after: 15 * minute } });
      expect((await ann.wrong()).status).toBe(429);
    },
  );

  test('ten wrong codes of the app lock, however many right ones by e-mail came between', async () => {
    const ann = await withBoth();
    for (let wrong = 0; wrong < 10; wrong += 1) {
      if (wrong % 2 === 0) wait(16 * minute);
      if (wrong % 2 === 0) expect((await ann.byWeaker())?.status).toBe(200);
      expect((await ann.wrong()).status).toBe(403);
    }
    expect(await eventTypesOf(world, ann.id)).toContain('authn_login_lock');
    expect(await ann.right()).toMatchObject({ status: 429, body: { retry_after: 30 * minute } });
  });

  test('the right code of the app clears both, and a right code by e-mail only its own', async () => {
    const ann = await withBoth();
    await ann.wrong();
    expect((await ann.byWeaker(false))?.status).toBe(403);
    expect(await throttleOf(world, ann.id)).toMatchObject({
      paidBy: [0, 1, 0, 1, 0],
      failedBy: [0, 1, 0, 1, 0],
      inARowBy: [0, 1, 0, 1, 0],
    });
    wait(31);
    expect((await ann.byWeaker())?.status).toBe(200);
    expect(await throttleOf(world, ann.id)).toMatchObject({ failed: 1, failedBy: [0, 0, 0, 1, 0] });
    expect((await ann.right()).status).toBe(200);
    const none = { paid: 0, failed: 0, inARow: 0, failedBy: [0, 0, 0, 0, 0], inARowBy: [0, 0, 0, 0, 0] };
    expect(await throttleOf(world, ann.id)).toMatchObject(none);
  });

  test('answers of the app that are being looked at are not let go by a right code by e-mail', async () => {
    const ann = await withBoth();
    const { temp_token: app } = (await ann.login()).body;
    const temp = await ann.asked();
    const { db } = world.database;
    const target = { by: 'tempToken', tokenHash: hashOf(app), methods: ['totp'] } as const;
    const claim = () =>
      claimAttempt(db, { target, cost: 1, now: new Date(), providers: world.deps.providers });
    expect([(await claim())?.claimed, (await claim())?.claimed]).toEqual([true, true]);
    expect((await ann.verify(temp, ann.lastCode('email'))).status).toBe(200);
    expect([(await claim())?.claimed, (await claim())?.claimed]).toEqual([true, false]);
  });

  test('a right code by e-mail that was the tenth answer locks nobody', async () => {
    const ann = await withBoth();
    for (let wrong = 0; wrong < 9; wrong += 1) {
      if (wrong % 3 === 0) wait(16 * minute);
      expect((await ann.wrong()).status).toBe(403);
    }
    wait(16 * minute);
    expect((await ann.byWeaker())?.status).toBe(200);
    expect(await throttleOf(world, ann.id)).toMatchObject({ inARow: 9, lockedUntil: null });
  });

  test('a hundred wrong codes of the app do not disable the mailbox that is answered wrongly once', async () => {
    const ann = await withBoth();
    const { db } = world.database;
    const many = { inARow: 99, inARowBy: [0, 0, 0, 99, 0] };
    await db.updateTable('throttles').set(many).where('userId', '=', ann.id).execute();
    expect((await ann.byWeaker(false))?.status).toBe(403);
    expect(await eventTypesOf(world, ann.id)).not.toContain('mfa_factor_disabled');
    wait(31 * minute);
    expect((await ann.wrong()).status).toBe(403);
    expect(await eventTypesOf(world, ann.id)).toContain('mfa_factor_disabled');
  });
});

test('a 429 says what was done too often', async () => {
  const reasonOf = ({ status, body }: Answer) => [status, body.reason];
  const ann = await withBoth();
  const { temp_token: temp } = (await ann.login()).body;
  const again = { temp_token: temp, method: 'email' };
  expect((await world.call('POST', '/auth/mfa/challenge', again)).status).toBe(200);
  expect(reasonOf(await world.call('POST', '/auth/mfa/challenge', again))).toEqual([429, 'send']);
  for (let one = 0; one < 3; one += 1) await ann.wrong();
  expect(reasonOf(await ann.right())).toEqual([429, 'second_factor']);
  for (let one = 0; one < 10; one += 1) await ann.login('public', { password: 'wrong' });
  expect(reasonOf(await ann.login())).toEqual([429, 'password']);
  const limits = { requestsPerMinute: 1, loginsPerMinute: 1, redis: null };
  const narrow = await createWorld({ app: { limits } });
  await narrow.call('GET', '/health/live');
  const refused = await narrow.call('GET', '/health/live');
  await narrow.close();
  expect(reasonOf(refused)).toEqual([429, 'rate']);
});

describe('a locked user', () => {
  test('learns how long at the last attempt and in the next challenge', async () => {
    const ann = await withBoth();
    for (let one = 0; one < 2; one += 1) await ann.wrong();
    const last = await ann.wrong();
    expect(last).toMatchObject({ body: { attempts_remaining: 0, retry_after: 900 } });
    expect(last.headers['retry-after']).toBe('900');
    wait(100);
    const login = await ann.login();
    expect(login).toMatchObject({ status: 200, body: { mfa_required: true, retry_after: 800 } });
    wait(800);
    expect((await ann.login()).body).not.toHaveProperty('retry_after');
  });

  test('is sent no code that would not be looked at', async () => {
    const ann = await world.user();
    await ann.enrolSent('email', { email: `${ann.username}@second.example` });
    wait(31);
    const { temp_token: temp } = (await ann.login()).body;
    for (let one = 0; one < 3; one += 1) await ann.verify(temp, otherThan(ann.lastCode('email')));
    wait(31);
    const before = world.mails.length;
    const login = await ann.login();
    expect(login.body).toMatchObject({ sent: false, challenge: {}, resend_in: 869, retry_after: 869 });
    const again = await world.call('POST', '/auth/mfa/challenge', { temp_token: login.body.temp_token });
    expect(again).toMatchObject({ status: 429, body: { reason: 'second_factor', retry_after: 869 } });
    expect(world.mails.filter(({ subject }) => /^\d{6} /.test(subject)).length).toBeLessThanOrEqual(before);
    wait(869);
    const later = await ann.login();
    expect(later.body).not.toHaveProperty('sent');
    expect((await ann.verify(later.body.temp_token, ann.lastCode('email'))).status).toBe(200);
  });
});
