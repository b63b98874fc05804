import { describe, expect, test } from 'vitest';
import { codeOf, wrongCodeOf } from '../support/actor.ts';
import { tally, throttleOf, type Vendor, vendorWithTotp } from '../support/second-factor.ts';
import { useWorld } from '../support/use-world.ts';
import type { Answer } from '../support/world.ts';

const minute = 60;

describe('who is locked by what', () => {
  const world = useWorld();

  test('RL-5, attack 14 wrong passwords from one network never touch the second factor, nor another network', async () => {
    const ann = await world.user();
    const { secret } = await ann.enrolTotp();
    const before = await throttleOf(world, ann.id);
    const answers: Answer[] = [];
    for (let one = 0; one < 50; one += 1) {
      answers.push(await ann.login('public', { password: `wrong ${one}` }, { ip: '198.51.100.66' }));
    }
    expect(tally(answers)).toEqual({ 'invalid-credentials': 10, 'too-many-attempts': 40 });
    expect(await throttleOf(world, ann.id)).toEqual(before);
    expect((await ann.loginWithTotp(secret)).status).toBe(200);
  });

  test('RL-5, attack 14 a thousand from a hundred networks do not keep out an owner whose network is known', async () => {
    const ann = await world.user();
    const { secret } = await ann.enrolTotp();
    const answers: Answer[] = [];
    for (let one = 0; one < 1000; one += 1) {
      const ip = `198.51.${one % 100}.7`;
      answers.push(await ann.login('public', { password: 'wrong' }, { ip }));
    }
    expect(tally(answers)['200']).toBeUndefined();
    expect(tally(answers)['too-many-attempts']).toBeGreaterThan(800);
    expect(await throttleOf(world, ann.id)).toMatchObject({
      paid: 0,
      failed: 0,
      inARow: 0,
      lockedUntil: null,
    });
    expect((await ann.loginWithTotp(secret)).status).toBe(200);
    expect((await (await world.user()).login()).status).toBe(200);
  }, 60_000);

  test('RL-5 wrong passwords of a bearer, at disable and regenerate, do not touch it either', async () => {
    const ann = await world.user();
    const { bearer, secret } = await ann.enrolTotp();
    for (const url of ['/auth/mfa/disable', '/auth/mfa/recovery-codes/regenerate']) {
      const refused = await world.call(
        'POST',
        url,
        { password: 'wrong', mfa_token: codeOf(secret) },
        { bearer },
      );
      expect(refused).toMatchObject({ status: 401, type: '/problems/invalid-password' });
    }
    expect(await throttleOf(world, ann.id)).toMatchObject({ paid: 0, inARow: 0 });
    expect((await ann.loginWithTotp(secret)).status).toBe(200); // and the right code was not spent
  });

  test('RL-5 a stranger without the password never reaches the count', async () => {
    const ann = await world.user();
    await ann.enrolTotp();
    const { username } = ann;
    for (let one = 0; one < 5; one += 1) {
      await world.call('POST', '/auth/mfa/verify', { temp_token: 'x'.repeat(43), mfa_token: '000000' });
      await world.call('POST', '/auth/login', { username, password: 'wrong', mfa_token: '000000' });
      await world.call('POST', '/auth/mfa/challenge', { temp_token: 'x'.repeat(43) });
    }
    expect(await throttleOf(world, ann.id)).toMatchObject({ paid: 0, failed: 0, inARow: 0 });
  });

  test('attack 14 wrong codes never lock the password, and no other user', async () => {
    const ann = await world.user();
    const bob = await world.user();
    const { secret } = await ann.enrolTotp();
    const theirs = await bob.enrolTotp();
    await world.database.db
      .updateTable('throttles')
      .set({ inARow: 9 })
      .where('userId', '=', ann.id)
      .execute();
    const { temp_token: tempToken } = (await ann.login()).body;
    await ann.verify(tempToken, wrongCodeOf(secret));
    expect((await ann.loginWithTotp(secret)).status).toBe(429);
    for (let one = 0; one < 15; one += 1) {
      expect((await ann.login()).body).toMatchObject({ mfa_required: true });
    }
    expect((await ann.login('public', { password: 'wrong' })).status).toBe(401);
    expect((await bob.loginWithTotp(theirs.secret)).status).toBe(200);
  });

  test('attack 14 a session goes on while the second factor is locked', async () => {
    const ann = await world.user();
    const { bearer, refresh, secret } = await ann.enrolTotp();
    await lock(ann.id);
    expect((await world.call('GET', '/auth/me', undefined, { bearer })).status).toBe(200);
    expect((await world.call('POST', '/auth/refresh', { refresh_token: refresh })).status).toBe(200);
    expect((await ann.loginWithTotp(secret)).status).toBe(429);
  });

  const endpoints: Record<string, (vendor: Vendor) => Promise<Answer>> = {
    'a login': async (vendor) => vendor.verify((await vendor.login()).body.temp_token, vendor.code()),
    'a login with a recovery code': async (vendor) =>
      vendor.verify((await vendor.login()).body.temp_token, vendor.codes[0] ?? ''),
    'a login with password and code at once': (vendor) =>
      vendor.login('public', { mfa_token: vendor.code() }),
    'the header': (vendor) => vendor.sensitive(vendor.code()),
    'a proof': (vendor) => vendor.proofOf(vendor.code()),
    'a step-up': async (vendor) => {
      const begun = await world.call('POST', '/auth/mfa/step-up', {}, { bearer: vendor.bearer });
      return vendor.verify(begun.body.temp_token, vendor.code());
    },
    'a change of factors': (vendor) =>
      world.call(
        'POST',
        '/auth/mfa/enroll',
        { method: 'totp', mfa_token: vendor.code() },
        { bearer: vendor.bearer },
      ),
    'a change of factors with a recovery code': (vendor) =>
      world.call(
        'POST',
        '/auth/mfa/disable',
        { password: vendor.password, mfa_token: vendor.codes[0] },
        { bearer: vendor.bearer },
      ),
    'a change of the password': (vendor) =>
      world.call(
        'POST',
        '/auth/password',
        { current_password: vendor.password, new_password: 'nine dry raincoats', mfa_token: vendor.code() },
        { bearer: vendor.bearer },
      ),
  };

  test.each(Object.keys(endpoints))(
    'attack 12 the lock holds at %s, and spends nothing there',
    async (name) => {
      const vendor = await vendorWithTotp(world);
      await lock(vendor.id);
      const refused = await endpoints[name]?.(vendor);
      expect(refused?.body).not.toHaveProperty('access_token');
      // Password and code at once have one refusal for everything.
      const one = name.includes('at once') ? [401, undefined] : [429, `${30 * minute}`];
      expect([refused?.status, refused?.headers['retry-after']]).toEqual(one);
      await unlock(vendor.id);
      expect((await endpoints[name]?.(vendor))?.status).toBeLessThan(300);
    },
  );

  test('attack 12 a proof from before goes on, for nothing can be guessed by it', async () => {
    const vendor = await vendorWithTotp(world);
    const { mfa_proof: proof } = (await vendor.proofOf(vendor.code())).body;
    await lock(vendor.id);
    expect((await vendor.sensitive(proof)).status).toBe(200);
  });

  const set = (userId: string, lockedUntil: Date | null) =>
    world.database.db.updateTable('throttles').set({ lockedUntil }).where('userId', '=', userId).execute();
  const lock = (userId: string) => set(userId, new Date(Date.now() + 30 * minute * 1000));
  const unlock = (userId: string) => set(userId, null);
});
