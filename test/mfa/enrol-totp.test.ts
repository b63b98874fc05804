import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { codeOf, wait, wrongCodeOf } from '../support/actor.ts';
import { readPicture } from '../support/read-picture.ts';
import { claimsOf, eventTypesOf, freshPhone, throttleOf } from '../support/second-factor.ts';
import { useWorld } from '../support/use-world.ts';

/** Codes of a program that shares nothing with this service. */
function oathtool(secret: string, at = Date.now()): string {
  const now = `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
  return execFileSync('oathtool', ['--totp', '--base32', '--now', now, secret]).toString().trim();
}

function isMissing(program: string): boolean {
  try {
    execFileSync(program, ['--version']);
    return false;
  } catch {
    return true;
  }
}

describe('enrolling an authenticator app', () => {
  const world = useWorld();

  const begin = (bearer: string, more: Record<string, unknown> = {}) =>
    world.call('POST', '/auth/mfa/enroll', { method: 'totp', ...more }, { bearer });
  const confirm = (bearer: string, body: Record<string, unknown>) =>
    world.call('POST', '/auth/mfa/verify-enrollment', body, { bearer });
  const signedIn = async () => {
    const ann = await world.user();
    return { ann, bearer: (await ann.login()).body.access_token as string };
  };

  test.skipIf(isMissing('oathtool'))(
    'OT-1 takes the codes of an independent tool (skipped where oathtool is not installed)',
    async () => {
      const { ann, bearer } = await signedIn();
      const { body } = await begin(bearer);
      const confirmed = await confirm(bearer, { token: oathtool(body.secret) });
      expect(confirmed.status).toBe(200);
      for (let one = 0; one < 3; one += 1) {
        wait(30);
        const challenge = await ann.login();
        expect((await ann.verify(challenge.body.temp_token, oathtool(body.secret))).status).toBe(200);
      }
    },
  );

  test('OT-1 shows the secret as text, as URI and as a picture, all the same', async () => {
    const { ann, bearer } = await signedIn();
    const { status, body } = await begin(bearer);
    expect(status).toBe(200);
    expect(body).toMatchObject({ method: 'totp', next_step: 'verify_enrollment', expires_in: 600 });
    const read = readPicture(body.qr_code_png);
    expect(read).toBe(body.qr_code_uri);
    expect(read).not.toContain('+');
    const uri = new URL(read);
    expect(decodeURIComponent(uri.pathname)).toBe(`/Sallyport:${ann.username}`);
    expect(uri.searchParams.get('secret')).toBe(body.secret);
    expect(uri.searchParams.get('issuer')).toBe('Sallyport');
  });

  test('OT-6 gives each enrolment a secret of its own', async () => {
    const { bearer } = await signedIn();
    const secrets: string[] = [];
    for (let one = 0; one < 10; one += 1) secrets.push((await begin(bearer)).body.secret);
    expect(secrets.filter((secret) => !/^[A-Z2-7]{32}$/.test(secret))).toEqual([]);
    expect(new Set(secrets).size).toBe(10);
  });

  test('OT-7, attack 25 a pending factor gates no login and is not listed', async () => {
    const { ann, bearer } = await signedIn();
    await begin(bearer);
    const login = await ann.login();
    expect(login.body).toMatchObject({ mfa_required: false, access_token: expect.any(String) });
    const status = await world.call('GET', '/auth/mfa/status', undefined, { bearer });
    expect(status.body).toMatchObject({ enabled: false, method: null, enrolled_at: null, factors: [] });
  });

  test('OT-7, attack 25 a pending factor satisfies no login: its code is a wrong one', async () => {
    const ann = await world.user();
    const { secret, bearer } = await ann.enrolTotp();
    const pending = await begin(bearer);
    const challenge = await ann.login();
    expect(challenge.body.methods.filter(({ method }: { method: string }) => method === 'totp')).toHaveLength(
      1,
    );
    const refused = await ann.verify(challenge.body.temp_token, codeOf(pending.body.secret));
    expect(refused).toMatchObject({ status: 403, type: '/problems/mfa-token-invalid' });
    const asked = await world.call('POST', '/auth/mfa/challenge', {
      temp_token: challenge.body.temp_token,
      factor_id: pending.body.factor_id,
    });
    expect(asked.status).toBe(404);
    expect((await ann.verify(challenge.body.temp_token, codeOf(secret))).status).toBe(200);
  });

  test('OT-7, attack 25 a pending factor lifts no guarded request', async () => {
    const vendor = await world.user({ roles: ['vendor'] });
    const { bearer } = await vendor.enrolTotp();
    const pending = await begin(bearer);
    const low = (await vendor.login('vendor')).body.access_token;
    const mfa = codeOf(pending.body.secret);
    const refused = await world.call('GET', '/api/sensitive-data', undefined, { bearer: low, mfa });
    expect(refused).toMatchObject({ status: 403, type: '/problems/mfa-token-invalid' });
  });

  test('OT-7 spends the code that confirms', async () => {
    const { ann, bearer } = await signedIn();
    const { body } = await begin(bearer);
    const code = codeOf(body.secret);
    expect((await confirm(bearer, { token: code })).status).toBe(200);
    const challenge = await ann.login();
    const replayed = await ann.verify(challenge.body.temp_token, code);
    expect(replayed).toMatchObject({ status: 403, type: '/problems/mfa-token-used' });
  });

  test('OT-7 confirms for ten minutes and not longer', async () => {
    const early = await signedIn();
    const late = await signedIn();
    const inTime = await begin(early.bearer);
    const tooLate = await begin(late.bearer);
    wait(599);
    expect((await confirm(early.bearer, { token: codeOf(inTime.body.secret) })).status).toBe(200);
    wait(2);
    const token = codeOf(tooLate.body.secret);
    const unnamed = await confirm(late.bearer, { token });
    expect(unnamed).toMatchObject({ status: 401, type: '/problems/challenge-invalid' });
    const named = await confirm(late.bearer, { token, factor_id: tooLate.body.factor_id });
    expect(named).toMatchObject({ status: 404, type: '/problems/not-found' });
    expect((await late.ann.login()).body.mfa_required).toBe(false);
  });

  test('OT-7 a new enrolment takes the place of the last: only the newest secret counts', async () => {
    const { bearer } = await signedIn();
    const first = await begin(bearer);
    const second = await begin(bearer);
    const old = await confirm(bearer, { token: codeOf(first.body.secret), factor_id: first.body.factor_id });
    expect(old.status).toBe(404);
    const confirmed = await confirm(bearer, { token: codeOf(second.body.secret) });
    expect(confirmed.body).toMatchObject({ success: true, factor_id: second.body.factor_id });
  });

  test('OT-7 confirms once: the same answer again finds nothing that waits', async () => {
    const { bearer } = await signedIn();
    const { body } = await begin(bearer);
    const token = codeOf(body.secret);
    const answers = await Promise.all(Array.from({ length: 8 }, () => confirm(bearer, { token })));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect((await confirm(bearer, { token, factor_id: body.factor_id })).status).toBe(404);
  });

  test('RL-1 counts wrong codes at the confirmation too, and nothing is confirmed meanwhile', async () => {
    const { ann, bearer } = await signedIn();
    const { body } = await begin(bearer);
    const wrong = wrongCodeOf(body.secret);
    for (const left of [2, 1, 0]) {
      const refused = await confirm(bearer, { token: wrong });
      expect(refused).toMatchObject({ status: 403, body: { attempts_remaining: left } });
    }
    const right = await confirm(bearer, { token: codeOf(body.secret) });
    expect(right).toMatchObject({ status: 429, type: '/problems/too-many-attempts' });
    expect((await ann.login()).body.mfa_required).toBe(false);
  });

  test('a code of the wrong shape is a bad request and costs nothing', async () => {
    const { ann, bearer } = await signedIn();
    await begin(bearer);
    for (const token of ['12345', '1234567', 'abcdef', 'AAAA-BBBB-CCCC-DDDD-EEEE-FFFF']) {
      expect((await confirm(bearer, { token })).status).toBe(400);
    }
    expect(await throttleOf(world, ann.id)).toMatchObject({ paid: 0, failed: 0, inARow: 0 });
  });

  test('raises the session that confirms, and ends the others', async () => {
    const { ann, bearer } = await signedIn();
    const other = await ann.login();
    const { answer, bearer: raised } = await ann.enrolTotp(bearer);
    expect(answer.body).toMatchObject({ success: true, recovery_codes: expect.any(Array) });
    const before = claimsOf(bearer);
    expect(claimsOf(raised)).toMatchObject({
      sid: before.sid,
      auth_time: before.auth_time,
      acr: 'urn:sallyport:acr:2',
      amr: ['pwd', 'otp', 'mfa'],
      mfa: true,
      mfa_time: Math.floor(Date.now() / 1000),
    });
    const me = (token: string) => world.call('GET', '/auth/me', undefined, { bearer: token });
    expect((await me(raised)).status).toBe(200);
    expect((await me(other.body.access_token)).status).toBe(401);
    const refreshed = await world.call('POST', '/auth/refresh', { refresh_token: other.body.refresh_token });
    expect(refreshed.status).toBe(401);
  });

  test('the token from before the confirmation keeps its low level', async () => {
    const { ann, bearer } = await signedIn();
    const { factorId } = await ann.enrolTotp(bearer);
    const renamed = await world.call('PATCH', `/auth/mfa/factors/${factorId}`, { label: 'mine' }, { bearer });
    expect(renamed).toMatchObject({ status: 403, type: '/problems/mfa-token-required' });
  });

  test('attack 24 a factor that a thief planted is never confirmed once the owner has one', async () => {
    const { ann, bearer: thief } = await signedIn();
    const planted = await begin(thief);
    const { factorId, bearer } = await ann.enrolTotp();
    const answer = { token: codeOf(planted.body.secret), factor_id: planted.body.factor_id };
    expect((await confirm(thief, answer)).status).toBe(401);
    expect((await confirm(bearer, answer)).status).toBe(404);
    const status = await world.call('GET', '/auth/mfa/status', undefined, { bearer });
    expect(status.body.factors).toMatchObject([{ factor_id: factorId }]);
  });

  test('attack 24 nor is one of another method that the same session had begun', async () => {
    const { ann, bearer } = await signedIn();
    const phone = freshPhone();
    const planted = await world.call('POST', '/auth/mfa/enroll', { method: 'sms', phone }, { bearer });
    const token = ann.lastCode('sms');
    wait(1);
    const { bearer: raised } = await ann.enrolTotp(bearer);
    const refused = await confirm(raised, { token, factor_id: planted.body.factor_id });
    expect(refused).toMatchObject({ status: 404, type: '/problems/not-found' });
  });

  test('audits beginning and end', async () => {
    const ann = await world.user();
    await ann.enrolTotp();
    expect(await eventTypesOf(world, ann.id)).toEqual([
      'user_created',
      'authn_login_success',
      'mfa_enroll_started',
      'mfa_factor_added',
    ]);
  });
});
