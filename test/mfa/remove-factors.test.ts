import { describe, expect, test } from 'vitest';
import { codeOf, wait } from '../support/actor.ts';
import { eventsOf, eventTypesOf, freshPhone, tally, vendorWithTotp } from '../support/second-factor.ts';
import { useWorld } from '../support/use-world.ts';

describe('removing factors', () => {
  const world = useWorld();

  const remove = (id: string, bearer: string, mfa?: string) =>
    world.call('DELETE', `/auth/mfa/factors/${id}`, undefined, { bearer, ...(mfa && { mfa }) });
  const disable = (password: string, bearer: string, more: Record<string, unknown> = {}) =>
    world.call('POST', '/auth/mfa/disable', { password, ...more }, { bearer });
  const status = async (bearer: string) =>
    (await world.call('GET', '/auth/mfa/status', undefined, { bearer })).body;
  const me = (bearer: string) => world.call('GET', '/auth/me', undefined, { bearer });

  async function withTwoApps(roles: ('user' | 'admin')[] = ['user']) {
    const ann = await world.user({ roles });
    const first = await ann.enrolTotp();
    const second = await ann.enrolTotp(first.bearer);
    wait(60);
    return { ...ann, first, second, bearer: second.bearer };
  }

  test('LC-4 takes effect at once: the code of a removed factor opens nothing', async () => {
    const ann = await withTwoApps();
    expect((await remove(ann.second.factorId, ann.bearer)).status).toBe(204);
    const { body } = await ann.login();
    expect(body.methods.map((one: { factor_id: string }) => one.factor_id)).not.toContain(
      ann.second.factorId,
    );
    expect((await ann.verify(body.temp_token, codeOf(ann.second.secret))).status).toBe(403);
    expect((await ann.verify(body.temp_token, codeOf(ann.first.secret))).status).toBe(200);
  });

  test('LC-4 the challenge that was open for it dies, and every login that was waiting', async () => {
    const ann = await withTwoApps();
    const [one, two] = [(await ann.login()).body.temp_token, (await ann.login()).body.temp_token];
    await world.call('POST', '/auth/mfa/challenge', { temp_token: two, factor_id: ann.second.factorId });
    await remove(ann.second.factorId, ann.bearer);
    for (const [token, { secret }] of [
      [one, ann.first],
      [two, ann.second],
    ] as const) {
      const refused = await ann.verify(token, codeOf(secret));
      expect(refused).toMatchObject({ status: 401, type: '/problems/challenge-invalid' });
    }
    expect((await ann.verify(one, ann.first.codes[0] ?? '')).status).toBe(401);
    expect((await ann.loginWithTotp(ann.first.secret)).status).toBe(200);
  });

  test('LC-4 a code that was on its way is dead', async () => {
    const ann = await world.user();
    const { secret, bearer: first } = await ann.enrolTotp();
    const { factorId, bearer } = await ann.enrolSent('sms', { phone: freshPhone() }, first);
    wait(60);
    const { temp_token: tempToken } = (await ann.login()).body;
    await world.call('POST', '/auth/mfa/challenge', { temp_token: tempToken, method: 'sms' });
    await remove(factorId, bearer);
    expect((await ann.verify(tempToken, ann.lastCode('sms'))).status).toBe(401);
    expect((await ann.loginWithTotp(secret)).status).toBe(200);
  });

  test('SE-8 ends the other sessions, and leaves the one that did it', async () => {
    const ann = await withTwoApps();
    const other = (await ann.loginWithTotp(ann.first.secret)).body;
    expect((await me(other.access_token)).status).toBe(200);
    await remove(ann.second.factorId, ann.bearer);
    expect((await me(other.access_token)).status).toBe(401);
    expect((await world.call('POST', '/auth/refresh', { refresh_token: other.refresh_token })).status).toBe(
      401,
    );
    expect((await me(ann.bearer)).status).toBe(200);
  });

  test('makes another one the default, where that was removed', async () => {
    const ann = await withTwoApps();
    await remove(ann.first.factorId, ann.bearer);
    expect((await status(ann.bearer)).factors).toMatchObject([
      { factor_id: ann.second.factorId, default: true },
    ]);
    expect((await status(ann.bearer)).backup_codes_remaining).toBe(10);
  });

  test('of the last one takes the recovery codes along, and the login asks for nothing more', async () => {
    const ann = await world.user();
    const { factorId, bearer, codes } = await ann.enrolTotp();
    expect((await remove(factorId, bearer)).status).toBe(204);
    expect(await status(bearer)).toMatchObject({ enabled: false, factors: [], backup_codes_remaining: 0 });
    expect((await ann.login()).body).toMatchObject({ mfa_required: false });
    const single = await ann.login('public', { mfa_token: codes[0] });
    expect(single.body).not.toHaveProperty('backup_codes_remaining');
  });

  test('a factor is removed once', async () => {
    const ann = await withTwoApps();
    const id = ann.second.factorId;
    const answers = await Promise.all(Array.from({ length: 6 }, () => remove(id, ann.bearer)));
    const { 204: done, conflict = 0, 'not-found': late = 0, ...others } = tally(answers);
    expect([done, others]).toEqual([1, {}]);
    expect(conflict + late).toBe(5); // a change that was faster, or a factor that is gone
    const removed = (await eventTypesOf(world, ann.id)).filter((type) => type === 'mfa_factor_removed');
    expect(removed).toHaveLength(1);
  });

  test('disabling takes all of them and the recovery codes', async () => {
    const ann = await withTwoApps();
    expect(await disable(ann.password, ann.bearer)).toMatchObject({ status: 200, body: { success: true } });
    expect(await status(ann.bearer)).toMatchObject({
      enabled: false,
      factors: [],
      backup_codes_remaining: 0,
    });
    expect((await ann.login()).body).toMatchObject({ mfa_required: false });
    expect((await eventTypesOf(world, ann.id)).at(-2)).toBe('mfa_disabled');
  });

  test('disabling ends other sessions and waiting logins', async () => {
    const ann = await withTwoApps();
    const other = (await ann.loginWithTotp(ann.first.secret)).body.access_token;
    const waiting = (await ann.login()).body.temp_token;
    await disable(ann.password, ann.bearer);
    expect((await me(other)).status).toBe(401);
    expect((await ann.verify(waiting, codeOf(ann.first.secret, 1))).status).toBe(401);
  });

  test('a factor that is enrolled after all were removed is a first one again', async () => {
    const ann = await withTwoApps();
    await disable(ann.password, ann.bearer);
    const { answer } = await ann.enrolTotp((await ann.login()).body.access_token);
    expect(answer.body.recovery_codes).toHaveLength(10);
  });

  test('attack 25 a pending factor of another method goes with all the others', async () => {
    const ann = await world.user();
    const { bearer } = await ann.enrolTotp();
    const begun = await world.call(
      'POST',
      '/auth/mfa/enroll',
      { method: 'sms', phone: freshPhone() },
      { bearer },
    );
    const token = ann.lastCode('sms');
    await disable(ann.password, bearer);
    const confirmed = await world.call(
      'POST',
      '/auth/mfa/verify-enrollment',
      { token, factor_id: begun.body.factor_id },
      { bearer },
    );
    expect(confirmed.status).toBe(404);
  });

  describe('while policy demands one', () => {
    const lastFactor = { status: 409, type: '/problems/last-factor' };

    test.each(['admin', 'helpdesk', 'auditor'] as const)(
      'LC-5, attack 31 the last one of %s stays',
      async (role) => {
        const admin = await world.user({ roles: [role] });
        const { factorId, bearer, codes } = await admin.enrolTotp();
        expect(await remove(factorId, bearer)).toMatchObject(lastFactor);
        expect(await disable(admin.password, bearer)).toMatchObject(lastFactor);
        expect(await status(bearer)).toMatchObject({ enabled: true, backup_codes_remaining: codes.length });
        const { temp_token: tempToken } = (await admin.login()).body;
        expect((await admin.verify(tempToken, codes[0] ?? '')).status).toBe(200);
      },
    );

    test('LC-5 in every area', async () => {
      const admin = await world.user({ roles: ['admin'] });
      const { factorId, secret } = await admin.enrolTotp();
      for (const area of ['public', 'admin']) {
        wait(60);
        const bearer = (await admin.loginWithTotp(secret, area)).body.access_token;
        expect(await remove(factorId, bearer)).toMatchObject(lastFactor);
      }
    });

    test('LC-5 any but the last may go, and all at once may not', async () => {
      const admin = await withTwoApps(['admin']);
      expect(await disable(admin.password, admin.bearer)).toMatchObject(lastFactor);
      expect((await remove(admin.first.factorId, admin.bearer)).status).toBe(204);
      expect(await remove(admin.second.factorId, admin.bearer)).toMatchObject(lastFactor);
    });

    test('LC-5 one that too many wrong codes have disabled does not count as the one that stays', async () => {
      const admin = await withTwoApps(['admin']);
      const { db } = world.database;
      await db
        .updateTable('factors')
        .set({ disabledAt: new Date() })
        .where('id', '=', admin.first.factorId)
        .execute();
      expect(await remove(admin.second.factorId, admin.bearer)).toMatchObject(lastFactor);
      expect((await remove(admin.first.factorId, admin.bearer)).status).toBe(204);
    });
  });

  test('audits which factor went, and in which session', async () => {
    const vendor = await vendorWithTotp(world);
    const { factors } = await status(vendor.bearer);
    const [{ factor_id: factorId }] = factors;
    await remove(factorId, vendor.bearer, vendor.code());
    const event = (await eventsOf(world, vendor.id)).find(({ type }) => type === 'mfa_factor_removed');
    expect(event).toMatchObject({ factorId, method: 'totp', area: 'vendor', outcome: 'success' });
    expect(event?.sessionId).toEqual(expect.any(String));
  });
});
