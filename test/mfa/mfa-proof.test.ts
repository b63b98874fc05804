import { describe, expect, test } from 'vitest';
import { codeOf, wait, wrongCodeOf } from '../support/actor.ts';
import { claimsOf, eventTypesOf, freshPhone, throttleOf, vendorWithTotp } from '../support/second-factor.ts';
import { useWorld } from '../support/use-world.ts';

const refused = { status: 403, type: '/problems/mfa-token-invalid' };

describe('a proof', () => {
  const world = useWorld();

  async function withProof() {
    const vendor = await vendorWithTotp(world);
    const { status, body } = await vendor.proofOf(vendor.code());
    expect(status).toBe(200);
    return { ...vendor, proof: body.mfa_proof as string, expiresIn: body.expires_in as number };
  }

  test('VN-3 works again and again, and no attempt is counted', async () => {
    const vendor = await withProof();
    expect(vendor.expiresIn).toBe(600);
    for (let one = 0; one < 5; one += 1) expect((await vendor.sensitive(vendor.proof)).status).toBe(200);
    expect(await throttleOf(world, vendor.id)).toMatchObject({ paid: 0 });
    expect(await eventTypesOf(world, vendor.id)).toContain('mfa_proof_issued');
  });

  test('VN-3 works for ten minutes', async () => {
    const vendor = await withProof();
    wait(599);
    expect((await vendor.sensitive(vendor.proof)).status).toBe(200);
    wait(2);
    expect(await vendor.sensitive(vendor.proof)).toMatchObject(refused);
    expect((await vendor.sensitive(vendor.code())).status).toBe(200); // the bearer still lives
  });

  test('VN-3 does not outlive its bearer', async () => {
    const vendor = await vendorWithTotp(world);
    wait(25 * 60);
    const { body } = await vendor.proofOf(vendor.code());
    expect(body.expires_in).toBe(300);
    expect(claimsOf(body.mfa_proof).exp).toBe(claimsOf(vendor.bearer).exp);
    wait(301);
    expect((await vendor.sensitive(body.mfa_proof)).status).toBe(401);
  });

  test('VN-3 works with no other bearer: not of another session, not of another user', async () => {
    const vendor = await withProof();
    const again = (await vendor.login('vendor')).body.access_token;
    expect(await vendor.sensitive(vendor.proof, again)).toMatchObject(refused);
    const other = await vendorWithTotp(world);
    expect(await other.sensitive(vendor.proof)).toMatchObject(refused);
    expect((await vendor.sensitive(vendor.proof)).status).toBe(200);
  });

  test('VN-3 works in no other area', async () => {
    const vendor = await vendorWithTotp(world);
    const { body } = await vendor.verify((await vendor.login()).body.temp_token, vendor.code());
    const inPublic = body.access_token;
    const proof = (await vendor.proofOf(vendor.code(1), inPublic)).body.mfa_proof;
    expect(proof).toEqual(expect.any(String));
    expect(await vendor.sensitive(proof)).toMatchObject(refused);
    expect((await vendor.sensitive(proof, inPublic)).status).toBe(200);
  });

  test('VN-3 dies with its session', async () => {
    const vendor = await withProof();
    await world.call('POST', '/auth/logout', undefined, { bearer: vendor.bearer });
    expect((await vendor.sensitive(vendor.proof)).status).toBe(401);
    const again = (await vendor.login('vendor')).body.access_token;
    expect(await vendor.sensitive(vendor.proof, again)).toMatchObject(refused);
  });

  test('VN-3, LC-4 dies when a factor is removed', async () => {
    const vendor = await world.user({ roles: ['vendor'] });
    const bearer = (await vendor.login('vendor')).body.access_token;
    const first = await vendor.enrolTotp(bearer);
    const second = await vendor.enrolTotp(first.bearer);
    const proof = (
      await world.call('POST', '/auth/mfa/proof', { mfa_token: codeOf(second.secret) }, { bearer })
    ).body.mfa_proof;
    const sensitive = () => world.call('GET', '/api/sensitive-data', undefined, { bearer, mfa: proof });
    expect((await sensitive()).status).toBe(200);
    wait(1);
    await world.call('DELETE', `/auth/mfa/factors/${second.factorId}`, undefined, { bearer: second.bearer });
    expect(await sensitive()).toMatchObject(refused);
  });

  test('VN-3 dies when a factor is added', async () => {
    const vendor = await world.user({ roles: ['vendor'] });
    const bearer = (await vendor.login('vendor')).body.access_token;
    const { secret, bearer: raised } = await vendor.enrolTotp(bearer);
    const proof = (await world.call('POST', '/auth/mfa/proof', { mfa_token: codeOf(secret) }, { bearer }))
      .body.mfa_proof;
    const sensitive = () => world.call('GET', '/api/sensitive-data', undefined, { bearer, mfa: proof });
    expect((await sensitive()).status).toBe(200);
    wait(1);
    await vendor.enrolTotp(raised);
    expect(await sensitive()).toMatchObject(refused);
  });

  test('VN-3 altered or cut short it opens nothing', async () => {
    const { sensitive, proof } = await withProof();
    const [head = '', body = '', signature = ''] = proof.split('.');
    const claims = { ...claimsOf(proof), exp: Math.floor(Date.now() / 1000) + 36_000 };
    const longer = Buffer.from(JSON.stringify(claims)).toString('base64url');
    const none = Buffer.from(JSON.stringify({ alg: 'none', typ: 'mfa-proof+jwt' })).toString('base64url');
    const forged = [
      `${head}.${longer}.${signature}`,
      `${none}.${body}.`,
      `${none}.${body}.${signature}`,
      `${head}.${body}.${signature.slice(0, -2)}`,
      `${head}.${body}`,
      `${head}.${body}.AAAA`,
    ];
    for (const one of forged) expect(await sensitive(one)).toMatchObject(refused);
    expect((await sensitive(proof)).status).toBe(200);
  });

  test('LG-2 is no access token, no code and no temp token, and no other token is a proof', async () => {
    const vendor = await withProof();
    const { proof } = vendor;
    const call = world.call;
    const waiting = (await vendor.login()).body.temp_token;
    const tries = [
      await call('GET', '/auth/me', undefined, { bearer: proof }),
      await call('POST', '/auth/refresh', { refresh_token: proof }),
      await call('POST', '/auth/mfa/verify', { temp_token: proof, mfa_token: vendor.code(1) }),
      await call('POST', '/auth/mfa/verify', { temp_token: waiting, mfa_token: proof }),
      await vendor.proofOf(proof),
      await call('POST', '/auth/mfa/enroll', { method: 'totp' }, { bearer: proof }),
      await vendor.sensitive(vendor.bearer),
    ];
    for (const { status, body } of tries) {
      expect([400, 401, 403]).toContain(status);
      expect(body).not.toHaveProperty('access_token');
      expect(body).not.toHaveProperty('mfa_proof');
    }
  });

  test('VN-2 is had for a code once', async () => {
    const vendor = await vendorWithTotp(world);
    const code = vendor.code();
    expect((await vendor.proofOf(code)).status).toBe(200);
    expect(await vendor.proofOf(code)).toMatchObject({ status: 403, type: '/problems/mfa-token-used' });
    expect(await vendor.proofOf(wrongCodeOf(vendor.secret))).toMatchObject({
      ...refused,
      body: { attempts_remaining: 2 },
    });
  });

  test('is had for a code that was sent to the session', async () => {
    const vendor = await world.user({ roles: ['vendor'] });
    await vendor.enrolSent('sms', { phone: freshPhone() });
    wait(60);
    const bearer = (await vendor.login('vendor')).body.access_token;
    await world.call('POST', '/auth/mfa/step-up', {}, { bearer });
    const mfa_token = vendor.lastCode('sms');
    const { body } = await world.call('POST', '/auth/mfa/proof', { mfa_token }, { bearer });
    expect(claimsOf(body.mfa_proof)).toMatchObject({ acr: 'urn:sallyport:acr:2r' });
    const mfa = body.mfa_proof;
    expect((await world.call('GET', '/api/sensitive-data', undefined, { bearer, mfa })).status).toBe(200);
  });

  test('LG-1 needs a bearer, and a factor', async () => {
    expect((await world.call('POST', '/auth/mfa/proof', { mfa_token: '123456' })).status).toBe(401);
    const ann = await world.user();
    const bearer = (await ann.login()).body.access_token;
    expect(await world.call('POST', '/auth/mfa/proof', { mfa_token: '123456' }, { bearer })).toMatchObject(
      refused,
    );
  });
});
