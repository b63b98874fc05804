import { describe, expect, test } from 'vitest';
import { codeOf, wait } from '../support/actor.ts';
import { eventTypesOf, throttleOf, type Vendor, vendorWithTotp } from '../support/second-factor.ts';
import { useWorld } from '../support/use-world.ts';
import type { Answer } from '../support/world.ts';

type Endpoint = (vendor: Vendor, code: string) => Promise<Answer>;

describe('a TOTP code', () => {
  const world = useWorld();

  const login: Endpoint = async (vendor, code) => vendor.verify((await vendor.login()).body.temp_token, code);
  const stepUp: Endpoint = async (vendor, code) => {
    const begun = await world.call('POST', '/auth/mfa/step-up', {}, { bearer: vendor.bearer });
    return vendor.verify(begun.body.temp_token, code);
  };
  const header: Endpoint = (vendor, code) => vendor.sensitive(code);
  const proof: Endpoint = (vendor, code) => vendor.proofOf(code);
  const change: Endpoint = (vendor, code) =>
    world.call('POST', '/auth/mfa/enroll', { method: 'totp', mfa_token: code }, { bearer: vendor.bearer });
  const endpoints: Record<string, Endpoint> = {
    login,
    header,
    proof,
    'a change of factors': change,
    'a step-up': stepUp,
  };
  const names = Object.keys(endpoints);
  const pairs = names.flatMap((first) => names.map((second) => [first, second] as const));
  const endpointOf = (name: string): Endpoint => endpoints[name] ?? login;

  // A step-up ends the bearer that the second endpoint would be tried with, unless that is a login.
  test.each(pairs.filter(([first, second]) => first !== 'a step-up' || second === 'login'))(
    'OT-2, attack 17 opens %s and is refused at %s afterwards, as used and at no cost',
    async (first, second) => {
      const vendor = await vendorWithTotp(world);
      const code = vendor.code();
      expect((await endpointOf(first)(vendor, code)).status).toBe(200);
      const refused = await endpointOf(second)(vendor, code);
      expect(refused).toMatchObject({
        status: 403,
        type: '/problems/mfa-token-used',
        body: { proof_endpoint: '/auth/mfa/proof' },
      });
      expect(await throttleOf(world, vendor.id)).toMatchObject({ paid: 0, failed: 0, inARow: 0 });
      expect((await eventTypesOf(world, vendor.id)).at(-1)).toBe('otp_replayed');
    },
  );

  test('OT-2 a replay gives nothing but the refusal, however often it comes', async () => {
    const vendor = await vendorWithTotp(world);
    const code = vendor.code();
    expect((await login(vendor, code)).status).toBe(200);
    for (let one = 0; one < 12; one += 1) {
      expect(await login(vendor, code)).toMatchObject({ status: 403, type: '/problems/mfa-token-used' });
    }
    expect((await login(vendor, vendor.code(1))).status).toBe(200);
  });

  test('OT-2, OT-7 that confirmed an enrolment works nowhere', async () => {
    for (const name of names) {
      const vendor = await vendorWithTotp(world);
      const confirming = vendor.code(-1);
      expect(await endpointOf(name)(vendor, confirming)).toMatchObject({ type: '/problems/mfa-token-used' });
    }
  });

  test('OT-4, attack 17 is dead once a newer one was used', async () => {
    const ann = await world.user();
    const { secret } = await ann.enrolTotp();
    expect((await ann.loginWithTotp(secret, 'public', 1)).status).toBe(200);
    const older = await ann.loginWithTotp(secret, 'public', 0);
    expect(older).toMatchObject({ status: 403, type: '/problems/mfa-token-used' });
    wait(30);
    const same = await ann.loginWithTotp(secret, 'public', 0);
    expect(same).toMatchObject({ status: 403, type: '/problems/mfa-token-used' });
    expect((await ann.loginWithTotp(secret, 'public', 1)).status).toBe(200);
  });

  test.each([
    [-2, 403],
    [-1, 200],
    [0, 200],
    [1, 200],
    [2, 403],
  ])('OT-5 of the step %i from now is answered with %i', async (steps, status) => {
    const ann = await world.user();
    const { secret } = await ann.enrolTotp();
    wait(300); // far from the code that confirmed
    const answer = await ann.loginWithTotp(secret, 'public', steps);
    expect(answer.status).toBe(status);
    if (status === 403) expect(answer).toMatchObject({ body: { attempts_remaining: 2 } });
  });

  test("OT-5 is held against the server's clock: a client cannot name another time", async () => {
    const ann = await world.user();
    const { secret } = await ann.enrolTotp();
    wait(300);
    const tempToken = (await ann.login()).body.temp_token;
    const past = Date.now() - 300_000;
    for (const more of [{ timestamp: past }, { time: past / 1000 }, { epoch: past / 1000 }]) {
      const body = { temp_token: tempToken, mfa_token: codeOf(secret, 0, past), ...more };
      expect((await world.call('POST', '/auth/mfa/verify', body)).status).toBe(400);
    }
    expect(await throttleOf(world, ann.id)).toMatchObject({ paid: 0 });
  });

  test('attack 5 opens nothing with a temp token that has run out', async () => {
    const ann = await world.user();
    const { secret } = await ann.enrolTotp();
    const early = (await ann.login()).body.temp_token;
    wait(299);
    expect((await ann.verify(early, codeOf(secret))).status).toBe(200);
    const late = (await ann.login()).body.temp_token;
    wait(301);
    const refused = await ann.verify(late, codeOf(secret));
    expect(refused).toMatchObject({ status: 401, type: '/problems/challenge-invalid' });
    expect((await ann.loginWithTotp(secret)).status).toBe(200);
  });

  test('opens nothing with a temp token that has been used', async () => {
    const ann = await world.user();
    const { secret } = await ann.enrolTotp();
    const tempToken = (await ann.login()).body.temp_token;
    expect((await ann.verify(tempToken, codeOf(secret))).status).toBe(200);
    const again = await ann.verify(tempToken, codeOf(secret, 1));
    expect(again).toMatchObject({ status: 401, type: '/problems/challenge-invalid' });
    expect((await ann.loginWithTotp(secret, 'public', 1)).status).toBe(200);
  });

  test("of one user opens nothing with another user's temp token", async () => {
    const ann = await world.user();
    const bob = await world.user();
    const mine = await ann.enrolTotp();
    await bob.enrolTotp();
    const tempToken = (await bob.login()).body.temp_token;
    expect(await bob.verify(tempToken, codeOf(mine.secret))).toMatchObject({
      type: '/problems/mfa-token-invalid',
    });
    expect((await ann.loginWithTotp(mine.secret)).status).toBe(200);
  });
});
