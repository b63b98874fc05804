import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { type Actor, codeOf, wait, wrongCodeOf } from '../support/actor.ts';
import {
  eventTypesOf,
  freshPhone,
  otherThan,
  tally,
  tempTokens,
  throttleOf,
  unknownRecoveryCode,
  vendorWithTotp,
} from '../support/second-factor.ts';
import { useWorld } from '../support/use-world.ts';
import type { Answer } from '../support/world.ts';

const minute = 60;

describe('the count of wrong codes', () => {
  const world = useWorld();

  async function enrolled() {
    const ann = await world.user();
    const factor = await ann.enrolTotp();
    wait(minute);
    const answer = async (code: string) => ann.verify((await ann.login()).body.temp_token, code);
    const wrong = () => answer(wrongCodeOf(factor.secret));
    const right = () => answer(codeOf(factor.secret));
    return { ...ann, ...factor, wrong, right };
  }

  /** As if so many codes in a row had been wrong, over windows that are over. */
  async function failed(inARow: number, { id }: Actor): Promise<void> {
    await world.database.db.updateTable('throttles').set({ inARow }).where('userId', '=', id).execute();
  }

  /** So many wrong codes, waiting whenever the service says how long. */
  async function fail(times: number, wrong: () => Promise<Answer>): Promise<void> {
    for (let failed = 0; failed < times; ) {
      const answer = await wrong();
      if (answer.status === 403) failed += 1;
      else if (answer.status === 429) wait(answer.body.retry_after);
      else throw new Error(`Neither wrong nor throttled: ${answer.status}`);
    }
  }

  test('RL-1, attack 9 runs over temp tokens, addresses and endpoints; the right code comes too late', async () => {
    const vendor = await vendorWithTotp(world);
    const wrong = wrongCodeOf(vendor.secret);
    const tempToken = (await vendor.login('public', {}, { ip: '198.51.100.1' })).body.temp_token;
    const lefts = [
      await vendor.verify(tempToken, wrong, { ip: '198.51.100.1' }),
      await vendor.sensitive(wrong),
      await vendor.verify((await vendor.login()).body.temp_token, unknownRecoveryCode, { ip: '2001:db8::1' }),
    ];
    expect(lefts.map(({ body }) => body.attempts_remaining)).toEqual([2, 1, 0]);
    const right = vendor.code();
    const blocked = [
      await vendor.sensitive(right),
      await vendor.proofOf(right),
      await vendor.verify((await vendor.login()).body.temp_token, right),
      await vendor.verify((await vendor.login()).body.temp_token, vendor.codes[0] ?? ''),
    ];
    expect(tally(blocked)).toEqual({ 'too-many-attempts': 4 });
    wait(15 * minute);
    expect((await vendor.sensitive(vendor.code())).status).toBe(200);
  });

  const kinds: Record<string, (ann: Actor) => Promise<() => string>> = {
    'of an app': async (ann) => {
      const { secret } = await ann.enrolTotp();
      return () => wrongCodeOf(secret);
    },
    'by SMS': async (ann) => {
      await ann.enrolSent('sms', { phone: freshPhone() });
      return () => otherThan(ann.lastCode('sms'));
    },
    'by e-mail': async (ann) => {
      await ann.enrolSent('email', { email: `${ann.username}@second.example` });
      return () => otherThan(ann.lastCode('email'));
    },
    'for recovery': async (ann) => {
      await ann.enrolTotp();
      return () => unknownRecoveryCode;
    },
  };

  test.each(Object.keys(kinds))('attack 8 caps fifty wrong codes %s', async (kind) => {
    const ann = await world.user();
    const wrong = await kinds[kind]?.(ann);
    wait(minute);
    const { temp_token: tempToken } = (await ann.login()).body;
    const answers: Answer[] = [];
    for (let one = 0; one < 50; one += 1) answers.push(await ann.verify(tempToken, wrong?.() ?? ''));
    expect(tally(answers)).toEqual({ 'mfa-token-invalid': 3, 'too-many-attempts': 47 });
    expect(await throttleOf(world, ann.id)).toMatchObject({ paid: 3, failed: 3, inARow: 3 });
  });

  test('RL-1 is of each user alone', async () => {
    const ann = await enrolled();
    const bob = await enrolled();
    await fail(3, ann.wrong);
    expect((await ann.right()).status).toBe(429);
    expect((await bob.right()).status).toBe(200);
  });

  test('RL-7 blocks with an honest Retry-After, and nothing is looked at, spent or put off meanwhile', async () => {
    const ann = await enrolled();
    await fail(3, ann.wrong);
    wait(100);
    const tempToken = (await ann.login()).body.temp_token;
    const blocked = await ann.verify(tempToken, codeOf(ann.secret));
    expect(blocked).toMatchObject({
      status: 429,
      type: '/problems/too-many-attempts',
      body: { retry_after: 800 },
      headers: { 'retry-after': '800', 'cache-control': 'no-store' },
    });
    const before = await throttleOf(world, ann.id);
    for (let one = 0; one < 20; one += 1) {
      wait(30);
      const { body } = await ann.wrong();
      expect(body.retry_after).toBe(800 - 30 * (one + 1));
    }
    expect(await throttleOf(world, ann.id)).toEqual(before);
    wait(199);
    const unspent = codeOf(ann.secret);
    expect((await ann.right()).body.retry_after).toBe(1);
    wait(1);
    const last = (await ann.login()).body.temp_token;
    expect((await ann.verify(last, unspent)).status).toBe(200);
  });

  test('RL-7 a recovery code that comes while it blocks is not spent', async () => {
    const ann = await enrolled();
    await fail(3, ann.wrong);
    const [code = ''] = ann.codes;
    expect((await ann.verify((await ann.login()).body.temp_token, code)).status).toBe(429);
    wait(15 * minute);
    expect((await ann.verify((await ann.login()).body.temp_token, code)).status).toBe(200);
  });

  test('attack 4 three wrong codes kill the temp token, and waiting does not bring it back', async () => {
    const ann = await enrolled();
    await fail(2, ann.wrong);
    wait(14 * minute);
    const [dead = '', other = ''] = await tempTokens(ann, 2);
    expect((await ann.verify(dead, wrongCodeOf(ann.secret))).body.attempts_remaining).toBe(0);
    for (const token of [dead, other]) expect((await ann.verify(token, codeOf(ann.secret))).status).toBe(429);
    wait(minute); // the window is over, the temp tokens are not
    const refused = await ann.verify(dead, codeOf(ann.secret));
    expect(refused).toMatchObject({ status: 401, type: '/problems/challenge-invalid' });
    expect(await throttleOf(world, ann.id)).toMatchObject({ failed: 3, inARow: 3 });
    expect((await ann.verify(other, codeOf(ann.secret))).status).toBe(200);
  });

  test('attack 4 a hundred and fifty wrong codes to one temp token are three', async () => {
    const ann = await enrolled();
    const [tempToken = ''] = await tempTokens(ann, 1);
    const answers: Answer[] = [];
    for (let one = 0; one < 150; one += 1) {
      answers.push(await ann.verify(tempToken, String(one).padStart(6, '0')));
      wait(2);
    }
    const counts = tally(answers);
    expect(counts['mfa-token-invalid'] ?? 0).toBeLessThanOrEqual(3);
    expect(
      (counts['mfa-token-invalid'] ?? 0) +
        (counts['too-many-attempts'] ?? 0) +
        (counts['challenge-invalid'] ?? 0),
    ).toBe(150);
  });

  test('attack 6 the lock kills every temp token that ran into it, even if somebody lifts it', async () => {
    const ann = await enrolled();
    await failed(9, ann);
    const [tempToken = ''] = await tempTokens(ann, 1);
    expect((await ann.verify(tempToken, wrongCodeOf(ann.secret))).status).toBe(403);
    expect(await ann.verify(tempToken, codeOf(ann.secret))).toMatchObject({
      status: 429,
      body: { retry_after: 1800 },
    });
    await world.database.db
      .updateTable('throttles')
      .set({ lockedUntil: null, paid: 0, failed: 0 })
      .where('userId', '=', ann.id)
      .execute();
    const refused = await ann.verify(tempToken, codeOf(ann.secret));
    expect(refused).toMatchObject({ status: 401, type: '/problems/challenge-invalid' });
    expect((await ann.right()).status).toBe(200);
  });

  test('attack 6 a temp token from before a lock is dead when the lock ends', async () => {
    const ann = await enrolled();
    const [tempToken = ''] = await tempTokens(ann, 1);
    await failed(9, ann);
    await fail(1, ann.wrong);
    wait(30 * minute);
    expect(await ann.verify(tempToken, codeOf(ann.secret))).toMatchObject({ status: 401 });
    expect((await ann.right()).status).toBe(200);
  });

  test('attack 9 a new login does not reset it', async () => {
    const ann = await enrolled();
    const lefts: unknown[] = [];
    for (let one = 0; one < 6; one += 1)
      lefts.push((await ann.wrong()).body.attempts_remaining ?? 'throttled');
    expect(lefts).toEqual([2, 1, 0, 'throttled', 'throttled', 'throttled']);
  });

  test('RL-4 the right password does not reset it, nor does a session that began before', async () => {
    const ann = await enrolled();
    await fail(2, ann.wrong);
    for (let one = 0; one < 5; one += 1) await ann.login();
    await world.call('GET', '/auth/me', undefined, { bearer: ann.bearer });
    expect(await throttleOf(world, ann.id)).toMatchObject({ paid: 2, failed: 2, inARow: 2 });
    expect((await ann.wrong()).body.attempts_remaining).toBe(0);
  });

  test('attack 10 counts in numbers', async () => {
    const ann = await enrolled();
    await fail(2, ann.wrong);
    const row = await throttleOf(world, ann.id);
    for (const value of [row.paid, row.failed, row.inARow]) expect(value).toStrictEqual(2);
    const { rows } = await sql<{ n: unknown }>`select count(*) as n from factors`.execute(world.database.db);
    expect(typeof rows[0]?.n).toBe('number');
  });

  describe('RL-2, RL-3, attack 13 locks:', () => {
    const modes = [
      { failures: 2, waits: null },
      { failures: 3, waits: 15 * minute },
      { failures: 9, waits: 15 * minute },
      { failures: 10, waits: 30 * minute },
      { failures: 11, waits: null },
      { failures: 20, waits: 30 * minute },
    ];

    test.each(modes)(
      'after $failures wrong codes in a row the right one waits $waits seconds',
      async (mode) => {
        const ann = await enrolled();
        await fail(mode.failures, ann.wrong);
        const next = await ann.right();
        if (mode.waits === null) return expect(next.status).toBe(200);
        expect(next).toMatchObject({ status: 429, body: { retry_after: mode.waits } });
        wait(mode.waits - 1);
        expect(await ann.right()).toMatchObject({ status: 429, body: { retry_after: 1 } });
        wait(1);
        expect((await ann.right()).status).toBe(200);
        expect(await throttleOf(world, ann.id)).toMatchObject({
          paid: 0,
          failed: 0,
          inARow: 0,
          lockedUntil: null,
        });
      },
    );

    test('a right code resets the row: nine wrong, one right, nine wrong, and no lock', async () => {
      const ann = await enrolled();
      await failed(9, ann);
      expect((await ann.right()).status).toBe(200);
      await fail(9, ann.wrong);
      expect(await throttleOf(world, ann.id)).toMatchObject({ inARow: 9, lockedUntil: null });
      expect((await ann.right()).body.retry_after).toBe(15 * minute);
      const events = await eventTypesOf(world, ann.id);
      expect(events).not.toContain('authn_login_lock');
    });

    test('a right code resets the window: two wrong, one right, two wrong, one right', async () => {
      const ann = await enrolled();
      for (let round = 0; round < 3; round += 1) {
        for (const left of [2, 1]) expect((await ann.wrong()).body.attempts_remaining).toBe(left);
        expect((await ann.right()).status).toBe(200);
        wait(minute);
      }
    });

    test('the tenth is answered as the last, and the lock is audited', async () => {
      const ann = await enrolled();
      await failed(9, ann);
      expect(await ann.wrong()).toMatchObject({ status: 403, body: { attempts_remaining: 0 } });
      const events = await eventTypesOf(world, ann.id);
      expect(events.filter((type) => type === 'authn_login_lock')).toHaveLength(1);
    });

    test('RL-3 a hundred disable the factor: its right code opens nothing, and it is enrolled anew by a recovery code', async () => {
      const ann = await enrolled();
      await failed(89, ann);
      await fail(10, ann.wrong);
      wait(30 * minute);
      const tried = await ann.verify((await ann.login()).body.temp_token, codeOf(ann.secret));
      expect(tried.status).toBe(200);
      await failed(89, ann);
      await fail(11, ann.wrong);
      wait(30 * minute);
      const login = await ann.login();
      expect(login.body).toMatchObject({ mfa_required: true, mfa_method: 'recovery_code' });
      const { temp_token: tempToken } = login.body;
      expect((await ann.verify(tempToken, codeOf(ann.secret))).status).toBe(403);
      const recovered = await ann.verify(tempToken, ann.codes[0] ?? '');
      expect(recovered.status).toBe(200);
      const bearer = recovered.body.access_token;
      const status = await world.call('GET', '/auth/mfa/status', undefined, { bearer });
      expect(status.body).toMatchObject({
        enabled: true,
        factors: [{ factor_id: ann.factorId, disabled: true }],
      });
      expect(await eventTypesOf(world, ann.id)).toContain('mfa_factor_disabled');

      const renewed = await ann.enrolTotp(bearer);
      expect(renewed.answer.status).toBe(200);
      expect((await ann.loginWithTotp(renewed.secret)).status).toBe(200);
      const removed = await world.call('DELETE', `/auth/mfa/factors/${ann.factorId}`, undefined, {
        bearer: renewed.bearer,
      });
      expect(removed.status).toBe(204);
    });

    test('RL-3 a disabled factor still is one: the password alone opens nothing and changes nothing', async () => {
      const vendor = await vendorWithTotp(world);
      await failed(99, vendor);
      expect((await vendor.sensitive(wrongCodeOf(vendor.secret))).status).toBe(403);
      wait(30 * minute);
      const login = await vendor.login();
      expect(login.body).toMatchObject({ mfa_required: true });
      expect(login.body).not.toHaveProperty('access_token');
      const bearer = (await vendor.login('vendor')).body.access_token;
      const mfa = vendor.code();
      const tries = [
        await vendor.sensitive(mfa, bearer),
        await world.call('POST', '/auth/mfa/enroll', { method: 'totp' }, { bearer }),
        await world.call('POST', '/auth/mfa/disable', { password: vendor.password }, { bearer }),
        await world.call(
          'POST',
          '/auth/mfa/disable',
          { password: vendor.password, mfa_token: mfa },
          { bearer },
        ),
      ];
      expect(tries.map(({ status }) => status)).toEqual([403, 403, 403, 403]);
    });
  });

  test('attack 15 twenty clean logins leave it at nothing', async () => {
    const ann = await enrolled();
    for (let one = 0; one < 20; one += 1) {
      const tempToken = (await ann.login()).body.temp_token;
      expect(await throttleOf(world, ann.id)).toMatchObject({ paid: 0, failed: 0, inARow: 0 });
      expect((await ann.verify(tempToken, codeOf(ann.secret))).status).toBe(200);
      expect(await throttleOf(world, ann.id)).toMatchObject({
        paid: 0,
        failed: 0,
        inARow: 0,
        lockedUntil: null,
      });
      wait(30);
    }
  });

  test('attack 15 logins that are begun and left cost nothing either', async () => {
    const ann = await enrolled();
    await tempTokens(ann, 20);
    expect(await throttleOf(world, ann.id)).toMatchObject({ paid: 0, failed: 0, inARow: 0 });
    expect((await ann.right()).status).toBe(200);
  });

  test('what cannot be a code is refused before it is counted', async () => {
    const ann = await enrolled();
    const [tempToken = ''] = await tempTokens(ann, 1);
    for (const code of ['12345', '1234567', 'abcdef', '123 45', '１２３４５', 'AAAA-BBBB']) {
      expect((await ann.verify(tempToken, code)).status).toBe(400);
    }
    for (const code of ['12345', 'abcdef']) {
      const refused = await world.call(
        'POST',
        '/auth/mfa/proof',
        { mfa_token: code },
        { bearer: ann.bearer },
      );
      expect(refused.status).toBe(400);
    }
    expect(await throttleOf(world, ann.id)).toMatchObject({ paid: 0 });
    expect((await ann.verify(tempToken, codeOf(ann.secret))).status).toBe(200);
  });
});
