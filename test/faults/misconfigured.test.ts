import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildApp } from '../../src/api/build-app.ts';
import { createVault, type VaultKey } from '../../src/lib/crypto/vault.ts';
import { connectTwilio, type TwilioOptions } from '../../src/platform/adapters/twilio.ts';
import { createDeps, type Parts } from '../../src/service/create-deps.ts';
import { type FakeTwilio, startFakeTwilio, twilioAccount } from '../support/fake-twilio.ts';
import { callerOf, createWorld, issuer, type World } from '../support/world.ts';

let world: World;
let twilio: FakeTwilio;
beforeAll(async () => {
  twilio = await startFakeTwilio();
  world = await createWorld();
});
afterAll(async () => {
  await world.close();
  await twilio.close();
});

/** The service started anew on the same database, by an operator who has changed something. */
async function restarted(change: Partial<Parts>) {
  const { vault, hasher } = world.deps;
  const parts: Parts = {
    ...{ database: world.database, vault, hasher, preset: 'standard', issuer, carriers: {} },
    ...change,
  };
  const limits = { requestsPerMinute: 100_000, loginsPerMinute: 100_000, redis: null };
  const app = await buildApp(await createDeps(parts), {
    ...{ issuer, corsOrigins: [], trustProxyHops: 0, limits, production: true, logger: false },
  });
  await app.ready();
  const call = callerOf(app);
  const login = ({ username, password }: { username: string; password: string }) =>
    call('POST', '/auth/login', { username, password });
  return { call, login, close: () => app.close() };
}

let phones = 0;
async function withPhone() {
  const ann = await world.user();
  phones += 1;
  const phone = `+1509600${String(phones).padStart(4, '0')}`;
  const { codes } = await ann.enrolSent('sms', { phone });
  await world.database.db.deleteFrom('sends').execute(); // another text may be sent at once
  return { ann, codes };
}

describe('attack 40 a service that was set up wrongly opens nothing', () => {
  const { accountSid, authToken, from } = twilioAccount;
  const faults: { what: string; options: Partial<TwilioOptions> }[] = [
    { what: 'a wrong auth token', options: { authToken: 'wrong' } },
    { what: 'a wrong account', options: { accountSid: `AC${'f'.repeat(32)}` } },
    { what: 'a sender that is not ours', options: { from: '+15005550007' } },
    { what: 'the address of something else', options: { apiUrl: 'http://127.0.0.1:9' } },
  ];

  test.each(faults)(
    'attack 40 with $what a login is 503, and goes on by recovery code',
    async ({ options }) => {
      const { ann, codes } = await withPhone();
      const sms = await connectTwilio({ accountSid, authToken, from, apiUrl: twilio.url, ...options });
      const service = await restarted({ carriers: { sms } });
      const { status, body } = await service.login(ann);
      expect({ status, type: body.type }).toEqual({ status: 503, type: '/problems/dependency-unavailable' });
      expect(body).not.toHaveProperty('access_token');
      const answer = { temp_token: body.temp_token, mfa_token: codes[0] };
      expect((await service.call('POST', '/auth/mfa/verify', answer)).status).toBe(200);
      await service.close();
    },
  );

  test('attack 40 with the method switched off its owners are still asked for a second factor', async () => {
    const { ann, codes } = await withPhone();
    const service = await restarted({ carriers: {} });
    const { status, body } = await service.login(ann);
    expect(status).toBe(200);
    expect(body).toMatchObject({ mfa_required: true, mfa_method: 'recovery_code' });
    expect(body).not.toHaveProperty('access_token');
    expect(body.methods.map(({ method }: { method: string }) => method)).toEqual(['recovery_code']);
    const answer = { temp_token: body.temp_token, mfa_token: codes[0] };
    expect((await service.call('POST', '/auth/mfa/verify', answer)).status).toBe(200);
    await service.close();
  });

  test('attack 40 with other vault keys it does not even start', async () => {
    const foreign: VaultKey = { id: 'other', key: randomBytes(32) };
    await expect(restarted({ vault: createVault([foreign]) })).rejects.toThrow(
      'No vault key has the id test',
    );
    const sameName: VaultKey = { id: 'test', key: randomBytes(32) };
    await expect(restarted({ vault: createVault([sameName]) })).rejects.toThrow();
  });
});
