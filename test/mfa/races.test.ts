import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { sendRules } from '../../src/domain/throttling/send-limits.ts';
import { claimAttempt } from '../../src/features/mfa/attempt-store.ts';
import { type Pass, recordPass } from '../../src/features/mfa/outcome-store.ts';
import { reserveSends } from '../../src/features/throttling/send-budget-store.ts';
import { lockByReport } from '../../src/features/throttling/throttle-store.ts';
import { hashOf } from '../../src/lib/crypto/secret-token.ts';
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
import { type Answer, consoleContext } from '../support/world.ts';

describe('many requests at once', () => {
  const world = useWorld();

  const allAtOnce = (count: number, one: (at: number) => Promise<Answer>) =>
    Promise.all(Array.from({ length: count }, (_, at) => one(at)));

  describe('with a TOTP code', () => {
    test('OT-3, attack 18 50 logins with the same code: one gets in', async () => {
      const count = 50;
      const ann = await world.user();
      const { secret } = await ann.enrolTotp();
      const tokens = await tempTokens(ann, count);
      const answers = await allAtOnce(count, (at) => ann.verify(tokens[at] ?? '', codeOf(secret)));
      const counts = tally(answers);
      expect(counts['200']).toBe(1);
      expect((counts['mfa-token-used'] ?? 0) + (counts['too-many-attempts'] ?? 0)).toBe(count - 1);
      expect(await throttleOf(world, ann.id)).toMatchObject({ failed: 0, inARow: 0, lockedUntil: null });
    });

    test('OT-3 one login answered twenty times at once opens one session', async () => {
      const ann = await world.user();
      const { secret } = await ann.enrolTotp();
      const [tempToken = ''] = await tempTokens(ann, 1);
      const answers = await allAtOnce(20, () => ann.verify(tempToken, codeOf(secret)));
      expect(tally(answers)['200']).toBe(1);
      const opened = (await eventTypesOf(world, ann.id)).filter((type) => type === 'mfa_passed');
      expect(opened).toHaveLength(1);
    });

    test('OT-3 the same code at every endpoint: one passes', async () => {
      const vendor = await vendorWithTotp(world);
      const tokens = await tempTokens(vendor, 8);
      const code = vendor.code();
      const answers = await allAtOnce(24, (at) => {
        if (at % 3 === 0) return vendor.verify(tokens[at / 3] ?? '', code);
        return at % 3 === 1 ? vendor.sensitive(code) : vendor.proofOf(code);
      });
      expect(tally(answers)['200']).toBe(1);
    });

    test('RL-6 of fifty wrong codes at once three are looked at', async () => {
      const ann = await world.user();
      const { secret } = await ann.enrolTotp();
      const tokens = await tempTokens(ann, 50);
      const wrong = wrongCodeOf(secret);
      const answers = await allAtOnce(50, (at) => ann.verify(tokens[at] ?? '', wrong));
      const counts = tally(answers);
      expect(counts['mfa-token-invalid']).toBe(3);
      expect(counts['too-many-attempts']).toBe(47);
      expect(await throttleOf(world, ann.id)).toMatchObject({ paid: 3, failed: 3, inARow: 3 });
    });

    test('RL-6 nor more of fifty to one temp token', async () => {
      const ann = await world.user();
      const { secret } = await ann.enrolTotp();
      const [tempToken = ''] = await tempTokens(ann, 1);
      const wrong = wrongCodeOf(secret);
      const counts = tally(await allAtOnce(50, () => ann.verify(tempToken, wrong)));
      expect(counts['mfa-token-invalid']).toBe(3);
      expect((counts['too-many-attempts'] ?? 0) + (counts['challenge-invalid'] ?? 0)).toBe(47);
    });

    test('RL-6 nor more of fifty at different endpoints', async () => {
      const vendor = await vendorWithTotp(world);
      const tokens = await tempTokens(vendor, 17);
      const wrong = wrongCodeOf(vendor.secret);
      const answers = await allAtOnce(51, (at) => {
        if (at % 3 === 0) return vendor.verify(tokens[at / 3] ?? '', at % 2 ? unknownRecoveryCode : wrong);
        return at % 3 === 1 ? vendor.sensitive(wrong) : vendor.proofOf(wrong);
      });
      const counts = tally(answers);
      expect(counts['mfa-token-invalid']).toBe(3);
      expect(counts['too-many-attempts']).toBe(48);
    });

    test('RL-6 the right code among many wrong ones is one of the three or is not looked at', async () => {
      for (let round = 0; round < 3; round += 1) {
        const ann = await world.user();
        const { secret } = await ann.enrolTotp();
        const tokens = await tempTokens(ann, 20);
        const wrong = wrongCodeOf(secret);
        const answers = await allAtOnce(20, (at) =>
          ann.verify(tokens[at] ?? '', at === 5 * round ? codeOf(secret) : wrong),
        );
        const counts = tally(answers);
        // A right code clears the count, so after it three more may be looked at; before it two were, at most.
        const looked = counts['mfa-token-invalid'] ?? 0;
        expect(looked).toBeLessThanOrEqual(counts['200'] ? 5 : 3);
        expect(counts['200'] ?? 0).toBeLessThanOrEqual(1);
      }
    });
  });

  test('RK-2, attack 20 twenty uses of one recovery code at once: one gets in', async () => {
    const ann = await world.user();
    const { codes } = await ann.enrolTotp();
    const tokens = await tempTokens(ann, 20);
    const answers = await allAtOnce(20, (at) => ann.verify(tokens[at] ?? '', codes[0] ?? ''));
    expect(tally(answers)['200']).toBe(1);
    expect(answers.find(({ status }) => status === 200)?.body.backup_codes_remaining).toBe(9);
  });

  test('RK-2 two different recovery codes at once are both spent', async () => {
    const ann = await world.user();
    const { codes } = await ann.enrolTotp();
    const tokens = await tempTokens(ann, 3);
    const both = await allAtOnce(2, (at) => ann.verify(tokens[at] ?? '', codes[at] ?? ''));
    expect(both.map(({ status }) => status)).toEqual([200, 200]);
    expect(both.map(({ body }) => body.backup_codes_remaining).sort()).toEqual([8, 9]);
    for (const code of codes.slice(0, 2)) expect((await ann.verify(tokens[2] ?? '', code)).status).toBe(403);
  });

  test.each(['sms', 'email'] as const)(
    'OB-3, attack 19 twenty uses of one code sent by %s at once: one gets in',
    async (method) => {
      const ann = await world.user();
      await enrolSent(ann, method);
      wait(60);
      const [tempToken = ''] = await tempTokens(ann, 1);
      const code = ann.lastCode(method);
      const counts = tally(await allAtOnce(20, () => ann.verify(tempToken, code)));
      expect(counts['200']).toBe(1);
    },
  );

  test('OB-3, attack 19 a code sent to a session passes once, not twice at once', async () => {
    const vendor = await world.user({ roles: ['vendor'] });
    await enrolSent(vendor, 'sms');
    wait(60);
    const bearer = (await vendor.login('vendor')).body.access_token;
    const begun = await world.call('POST', '/auth/mfa/step-up', {}, { bearer });
    const code = vendor.lastCode('sms');
    const answers = await allAtOnce(9, (at) => {
      if (at % 3 === 0) return vendor.verify(begun.body.temp_token, code);
      if (at % 3 === 1) return world.call('GET', '/api/sensitive-data', undefined, { bearer, mfa: code });
      return world.call('POST', '/auth/mfa/proof', { mfa_token: code }, { bearer });
    });
    expect(tally(answers)['200']).toBe(1);
  });

  test.each(['sms', 'email'] as const)(
    'RL-6 of fifty wrong codes by %s at once three are looked at',
    async (method) => {
      const ann = await world.user();
      await enrolSent(ann, method);
      wait(60);
      const [tempToken = ''] = await tempTokens(ann, 1);
      const wrong = otherThan(ann.lastCode(method));
      const counts = tally(await allAtOnce(50, () => ann.verify(tempToken, wrong)));
      expect(counts['mfa-token-invalid']).toBe(3);
      expect(counts['200']).toBeUndefined();
    },
  );

  describe('RL-7 that are one right answer cost nothing, so nobody is held up who clicked twice:', () => {
    const noCost = { paid: 0, failed: 0, inARow: 0, lockedUntil: null };

    test('at the confirmation', async () => {
      for (let round = 0; round < 5; round += 1) {
        const ann = await world.user();
        const bearer = (await ann.login()).body.access_token;
        const { secret } = (await world.call('POST', '/auth/mfa/enroll', { method: 'totp' }, { bearer }))
          .body;
        const body = { token: codeOf(secret) };
        const counts = tally(
          await allAtOnce(8, () => world.call('POST', '/auth/mfa/verify-enrollment', body, { bearer })),
        );
        expect(counts['200']).toBe(1);
        expect(counts['mfa-token-invalid']).toBeUndefined();
        expect(await throttleOf(world, ann.id)).toMatchObject(noCost);
      }
    });

    test.each(['a code', 'a recovery code'])('at a login with %s', async (kind) => {
      for (let round = 0; round < 5; round += 1) {
        const ann = await world.user();
        const { secret, codes } = await ann.enrolTotp();
        const [tempToken = ''] = await tempTokens(ann, 1);
        const answer = kind === 'a code' ? codeOf(secret) : (codes[0] ?? '');
        const counts = tally(await allAtOnce(8, () => ann.verify(tempToken, answer)));
        expect(counts['200']).toBe(1);
        expect(counts['mfa-token-invalid']).toBeUndefined();
        expect(await throttleOf(world, ann.id)).toMatchObject(noCost);
        expect((await ann.loginWithTotp(secret, 'public', 1)).status).toBe(200);
      }
    });

    test('at the endpoints of a session', async () => {
      const vendor = await vendorWithTotp(world);
      const code = vendor.code();
      const counts = tally(await allAtOnce(8, () => vendor.sensitive(code)));
      expect(counts['200']).toBe(1);
      expect(await throttleOf(world, vendor.id)).toMatchObject(noCost);
      expect((await vendor.sensitive(vendor.code(1))).status).toBe(200);
    });
  });

  test('OB-5 of twenty resends at once one is sent', async () => {
    const ann = await world.user();
    const { factorId } = await enrolSent(ann, 'sms');
    wait(60);
    const [tempToken = ''] = await tempTokens(ann, 1);
    wait(60);
    const before = world.texts.length;
    const answers = await allAtOnce(20, () =>
      world.call('POST', '/auth/mfa/challenge', { temp_token: tempToken, factor_id: factorId }),
    );
    expect(tally(answers)).toEqual({ 200: 1, 'too-many-attempts': 19 });
    expect(world.texts.length - before).toBe(1);
    expect((await ann.verify(tempToken, ann.lastCode('sms'))).status).toBe(200);
  });

  test('LC-5 two factors removed at once: one stays while policy demands it', async () => {
    const admin = await world.user({ roles: ['admin'] });
    const first = await admin.enrolTotp();
    const second = await admin.enrolTotp(first.bearer);
    const { bearer } = second;
    const answers = await allAtOnce(2, (at) =>
      world.call('DELETE', `/auth/mfa/factors/${at ? first.factorId : second.factorId}`, undefined, {
        bearer,
      }),
    );
    // The second is to be decided anew (409), or finds that its session fell with the factor that opened it (403).
    expect(answers.filter(({ status }) => status === 204)).toHaveLength(1);
    for (const { status } of answers) expect([204, 403, 409]).toContain(status);
    const { body } = await world.call('GET', '/auth/mfa/status', undefined, { bearer });
    expect(body.factors).toHaveLength(1);
    const fresh = body.factors[0].factor_id === first.factorId ? first : second;
    wait(60);
    const last = `/auth/mfa/factors/${fresh.factorId}`;
    const strong = (await admin.loginWithTotp(fresh.secret, 'admin')).body.access_token;
    expect((await world.call('DELETE', last, undefined, { bearer: strong })).type).toMatch('last-factor');
  });

  describe('the write is the check:', () => {
    /** What a login with this temp token reads and reserves, and the pass that it would write. */
    async function reading(tempToken: string, method: string): Promise<Pass> {
      const now = new Date();
      const target = { by: 'tempToken', tokenHash: hashOf(tempToken), methods: [method] } as const;
      const found = await claimAttempt(world.database.db, { target, cost: 1, now });
      const candidate = found?.candidates[0];
      if (!found?.claimed || !candidate) throw new Error('Nothing was read');
      const event = { type: 'mfa_passed', outcome: 'success', userId: found.userId } as const;
      const grant = {
        id: crypto.randomUUID(),
        userId: found.userId,
        area: 'public',
        level: '2',
        method: 'totp',
        factorId: candidate.id,
        amr: ['pwd', 'otp', 'mfa'],
        waived: null,
        authTime: now,
        mfaTime: now,
        recovered: false,
        expiresAt: new Date(now.getTime() + 3_600_000),
        refreshToken: crypto.randomUUID(),
        elevation: null,
      } as const;
      const { dataSealed } = candidate;
      return {
        found,
        candidate,
        dataSealed,
        uniqueId: null,
        grant,
        rank: 4,
        approved: false,
        event,
        mails: [],
      };
    }

    const write = (pass: Pass) => recordPass(world.database.db, consoleContext(), pass);
    const rows = async (userId: string) => {
      const { rows } = await sql<{ sessions: number; refreshes: number; events: number }>`
        select (select count(*)::int from sessions where user_id = ${userId}) as sessions,
          (select count(*)::int from refresh_tokens r join sessions s on s.id = r.session_id
            where s.user_id = ${userId}) as refreshes,
          (select count(*)::int from audit_events where user_id = ${userId}) as events`.execute(
        world.database.db,
      );
      return rows[0];
    };

    test('OT-3 of two passes from one reading the second writes nothing', async () => {
      const ann = await world.user();
      await ann.enrolTotp();
      const [tempToken = ''] = await tempTokens(ann, 1);
      const pass = await reading(tempToken, 'totp');
      expect(await write(pass)).toEqual({ tokenGeneration: 0 });
      const after = await rows(ann.id);
      const second = { ...pass, grant: pass.grant && { ...pass.grant, id: crypto.randomUUID() } };
      expect(await write(second)).toBeNull();
      expect(await rows(ann.id)).toEqual(after);
    });

    test('an approval that was read before its owner reported an attack writes nothing; a code lifts no report', async () => {
      const ann = await world.user();
      await ann.enrolTotp();
      const [one = '', two = ''] = await tempTokens(ann, 2);
      const passes = [await reading(one, 'totp'), await reading(two, 'totp')] as const;
      await lockByReport(world.database.db, ann.id, new Date());
      const { reportedUntil } = await throttleOf(world, ann.id);
      expect(await write({ ...passes[0], approved: true })).toBeNull();
      expect(await write(passes[1])).toEqual({ tokenGeneration: 0 });
      expect(await throttleOf(world, ann.id)).toMatchObject({ reportedUntil });
    });

    test('OT-3, attack 18 nor does another login that read the factor before', async () => {
      const ann = await world.user();
      await ann.enrolTotp();
      const [one = '', two = ''] = await tempTokens(ann, 2);
      const readings = [await reading(one, 'totp'), await reading(two, 'totp')] as const;
      expect(await write(readings[0])).toEqual({ tokenGeneration: 0 });
      const after = await rows(ann.id);
      expect(await write(readings[1])).toBeNull();
      expect(await rows(ann.id)).toEqual(after);
    });

    test('RK-2 nor does another login that read the recovery codes before', async () => {
      const ann = await world.user();
      await ann.enrolTotp();
      const [one = '', two = ''] = await tempTokens(ann, 2);
      const readings = [await reading(one, 'recovery_code'), await reading(two, 'recovery_code')] as const;
      expect(await write(readings[0])).toEqual({ tokenGeneration: 0 });
      expect(await write(readings[1])).toBeNull();
    });

    test('OB-3, attack 19 nor does a sent code whose challenge was passed, though the factor was read anew', async () => {
      const ann = await world.user();
      await enrolSent(ann, 'sms');
      wait(60);
      const [tempToken = ''] = await tempTokens(ann, 1);
      const pass = await reading(tempToken, 'sms');
      expect(await write(pass)).toEqual({ tokenGeneration: 0 });
      const after = await rows(ann.id);
      const candidate = { ...pass.candidate, version: pass.candidate.version + 1 };
      for (const loginId of [pass.found.loginId, null]) {
        const grant = pass.grant && { ...pass.grant, id: crypto.randomUUID() };
        expect(await write({ ...pass, grant, candidate, found: { ...pass.found, loginId } })).toBeNull();
      }
      expect(await rows(ann.id)).toEqual(after);
    });

    test('nor does an answer to a login that was passed, though factor and challenge are others', async () => {
      const ann = await world.user();
      await ann.enrolTotp();
      const [tempToken = ''] = await tempTokens(ann, 1);
      const byApp = await reading(tempToken, 'totp');
      const byRecovery = await reading(tempToken, 'recovery_code');
      expect(await write(byApp)).toEqual({ tokenGeneration: 0 });
      expect(await write(byRecovery)).toBeNull();
    });

    test('LC-4 nor does an answer to a factor that was disabled or removed meanwhile', async () => {
      for (const change of [
        sql`update factors set disabled_at = now() where user_id =`,
        sql`delete from factors where user_id =`,
      ]) {
        const ann = await world.user();
        await ann.enrolTotp();
        const [tempToken = ''] = await tempTokens(ann, 1);
        const pass = await reading(tempToken, 'totp');
        await sql`${change} ${ann.id}`.execute(world.database.db);
        expect(await write(pass)).toBeNull();
      }
    });

    test('nor does a pass for a session that ended meanwhile', async () => {
      const vendor = await vendorWithTotp(world);
      const begun = await world.call('POST', '/auth/mfa/step-up', {}, { bearer: vendor.bearer });
      const pass = await reading(begun.body.temp_token, 'totp');
      const { sessionId } = pass.found;
      if (!sessionId || !pass.grant) throw new Error('Not a step-up');
      await world.call('POST', '/auth/logout', undefined, { bearer: vendor.bearer });
      const grant = { ...pass.grant, id: sessionId, elevation: 'step-up' } as const;
      expect(await write({ ...pass, grant })).toBeNull();
    });

    test('RL-6 of four claims at most three are granted, and a claim without cost takes none', async () => {
      const ann = await world.user();
      await ann.enrolTotp();
      const now = new Date();
      const target = {
        by: 'session',
        answerer: { userId: ann.id, sessionId: null, authTime: now },
        methods: { all: ['totp'], challengeless: ['totp'] },
      } as const;
      const claims: (boolean | undefined)[] = [];
      for (const cost of [1, 0, 1, 0, 1, 1] as const) {
        claims.push((await claimAttempt(world.database.db, { target, cost, now }))?.claimed);
      }
      expect(claims).toEqual([true, false, true, false, true, false]);
    });

    test('OB-5 of many sends at once one is granted, and the fourth of a window is not', async () => {
      const { db } = world.database;
      const subject = `sms:to:${crypto.randomUUID()}`;
      const reserve = async () => {
        const reserved = await reserveSends(db, {
          budgets: [{ subject, rules: sendRules }],
          now: new Date(),
        });
        return reserved?.waitSeconds ?? null;
      };
      const atOnce = await Promise.all(Array.from({ length: 20 }, reserve));
      expect(atOnce.filter((waits) => waits === null)).toHaveLength(1);
      expect(atOnce.filter((waits) => waits === 30)).toHaveLength(19);
      const later: (number | null)[] = [];
      for (let one = 0; one < 3; one += 1) {
        wait(30);
        later.push(await reserve());
      }
      expect(later).toEqual([null, null, 900 - 90]);
    });
  });

  const enrolSent = (user: Actor, method: 'sms' | 'email') =>
    method === 'sms'
      ? user.enrolSent('sms', { phone: freshPhone() })
      : user.enrolSent('email', { email: `${user.username}@second.example` });
});
