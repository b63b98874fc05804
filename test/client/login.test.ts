import { inspect } from 'node:util';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { isProblem, type MustEnrol } from '../../packages/client/src/index.ts';
import { codeOf, wait, wrongCodeOf } from '../support/actor.ts';
import { freshPhone } from '../support/second-factor.ts';
import { createAuthenticator } from '../support/software-authenticator.ts';
import { useWorld } from '../support/use-world.ts';
import { challengeIn, useHttp } from './client-world.ts';
import { plugIn } from './software-keys.ts';

const world = useWorld();
const { client } = useHttp(world);
afterEach(() => void vi.unstubAllGlobals());

async function withApp() {
  const ann = await world.user();
  const { secret, codes } = await ann.enrolTotp();
  wait(30);
  return { ...ann, secret, codes };
}

describe('a login', () => {
  test('by password gives no token to the page and says who is logged in', async () => {
    const { username, password, id } = await world.user();
    const page = client();
    const states: string[] = [];
    const end = page.subscribe(() => states.push(page.state.status));
    const answer = await page.login({ username, password });
    expect(answer).toMatchObject({ kind: 'tokens', area: 'public', deviceTrusted: false });
    expect(inspect([answer, page.state], { depth: 9 })).not.toMatch(/eyJ|[\w-]{43}/);
    expect(page.state).toMatchObject({ status: 'authenticated', subject: id, roles: ['user'], mfa: false });
    expect((await page.me()).user.username).toBe(username);
    await page.logout();
    expect(page.state).toEqual({ status: 'anonymous' });
    await expect(page.me()).rejects.toMatchObject({ type: 'authentication-required' });
    expect(states).toEqual(['authenticated', 'anonymous']);
    end();
  });

  test('by an app: a wrong code leaves it open, and nobody is logged in before the right one', async () => {
    const ann = await withApp();
    const page = client();
    const challenge = challengeIn(await page.login(ann));
    expect(challenge).toMatchObject({ method: 'totp', sent: true, shown: {} });
    expect(challenge.expiresAt).toBe(Date.now() + 300_000);
    expect(page.state.status).toBe('anonymous');
    const again = challengeIn(await page.verify(challenge, { code: wrongCodeOf(ann.secret) }));
    expect(again).toMatchObject({ attemptsRemaining: 2, problem: { type: 'mfa-token-invalid' } });
    const noCode = challengeIn(await page.verify(again, { code: '12' }));
    expect(noCode).toMatchObject({ attemptsRemaining: 2, problem: { type: 'invalid-request' } });
    expect(await page.verify(noCode, { code: codeOf(ann.secret) })).toMatchObject({ kind: 'tokens' });
    expect(page.state).toMatchObject({ status: 'authenticated', mfa: true, acr: 'urn:sallyport:acr:2' });
    const used = challengeIn(await page.login(ann));
    expect(await page.verify(used, { code: codeOf(ann.secret) })).toMatchObject({
      problem: { type: 'mfa-token-used' },
    });
  });

  test('by a text message, with the times of a countdown', async () => {
    const ann = await world.user();
    await ann.enrolSent('sms', { phone: freshPhone() });
    wait(1000);
    const page = client();
    const challenge = challengeIn(await page.login(ann));
    expect(challenge).toMatchObject({ method: 'sms', shown: { sentTo: expect.stringMatching(/^\+1•/) } });
    expect(challenge.resendAt).toBe(Date.now() + 30_000);
    const early = await page.resend(challenge);
    expect(early).toMatchObject({ problem: { type: 'too-many-attempts', reason: 'send' } });
    expect(early.tempToken).toBe(challenge.tempToken);
    wait(30);
    const resent = await page.resend(early);
    expect(resent).not.toHaveProperty('problem');
    expect(resent.expiresAt).toBe(challenge.expiresAt);
    expect(await page.verify(resent, { code: ann.lastCode('sms') })).toMatchObject({ kind: 'tokens' });
  });

  test('by e-mail, chosen in the place of the default', async () => {
    const ann = await withApp();
    await ann.enrolSent('email', {}, (await ann.loginWithTotp(ann.secret)).body.access_token);
    wait(1000);
    const page = client();
    const challenge = challengeIn(await page.login(ann));
    const { factorId } = challenge.methods.find(({ method }) => method === 'email') ?? {};
    const byMail = await page.resend(challenge, { factorId });
    expect(byMail).toMatchObject({
      method: 'email',
      factorId,
      shown: { sentTo: expect.stringContaining('@') },
    });
    expect(await page.verify(byMail, { code: ann.lastCode('email') })).toMatchObject({ kind: 'tokens' });
  });

  test('by a recovery code, which warns', async () => {
    const ann = await withApp();
    const page = client();
    const challenge = challengeIn(await page.login(ann));
    expect(await page.verify(challenge, { code: ann.codes[0] })).toMatchObject({
      kind: 'tokens',
      warning: expect.stringContaining('Recovery code used'),
      backupCodesRemaining: 9,
    });
  });

  test('by a security key, which was enrolled by the same call', async () => {
    const ann = await world.user();
    const key = plugIn();
    const page = client();
    await page.login(ann);
    const enrolment = await page.enroll('webauthn', { label: 'Blue key' });
    expect(await page.verifyWithKey(enrolment)).toMatchObject({
      kind: 'tokens',
      recoveryCodes: { length: 10 },
    });
    expect(page.state).toMatchObject({ acr: 'phr' });
    await page.logout();
    const challenge = challengeIn(await page.login(ann));
    expect(challenge.method).toBe('webauthn');
    plugIn(Object.assign(createAuthenticator(), { userHandle: key.userHandle }));
    expect(await page.verifyWithKey(challenge)).toMatchObject({ problem: { type: 'mfa-token-invalid' } });
    plugIn(key);
    expect(await page.verifyWithKey(challenge)).toMatchObject({ kind: 'tokens' });
  });

  test('with password and code at once', async () => {
    const ann = await withApp();
    const page = client();
    const right = { ...ann, code: codeOf(ann.secret) };
    expect(await page.login(right)).toMatchObject({ kind: 'tokens' });
    await expect(page.login({ ...ann, code: wrongCodeOf(ann.secret) })).rejects.toMatchObject({
      type: 'invalid-credentials',
    });
  });

  test('where a factor must be enrolled first ends in tokens of that area', async () => {
    const bob = await world.user({ roles: ['admin'] });
    const page = client();
    const answer = (await page.login({ ...bob, area: 'admin' })) as MustEnrol;
    expect(answer).toMatchObject({ kind: 'must_enrol', methods: expect.arrayContaining(['totp']) });
    expect(page.state.status).toBe('anonymous');
    const enrolment = await page.enroll('totp', {}, { as: answer });
    const wrong = await page.verify(enrolment, { code: wrongCodeOf(enrolment.secret) });
    expect(wrong).toMatchObject({ kind: 'enrolment', attemptsRemaining: 2 });
    const done = await page.verify(enrolment, { code: codeOf(enrolment.secret) });
    expect(done).toMatchObject({ kind: 'tokens', area: 'admin', recoveryCodes: { length: 10 } });
    expect((await page.call('GET /admin/users', { query: { q: bob.username } })).users).toHaveLength(1);
  });

  test('is over after three wrong codes, and says how long to wait', async () => {
    const ann = await withApp();
    const page = client();
    let challenge = challengeIn(await page.login(ann));
    for (const left of [2, 1]) {
      challenge = challengeIn(await page.verify(challenge, { code: wrongCodeOf(ann.secret) }));
      expect(challenge.attemptsRemaining).toBe(left);
    }
    const third = await page.verify(challenge, { code: wrongCodeOf(ann.secret) }).catch((error) => error);
    expect(isProblem(third, 'mfa-token-invalid')).toBe(true);
    expect(third.retryAfter).toBeGreaterThan(800);
    const locked = challengeIn(await page.login(ann));
    expect(locked.lockedUntil).toBeGreaterThan(Date.now() + 800_000);
    await expect(page.verify(locked, { code: codeOf(ann.secret) })).rejects.toMatchObject({
      type: 'too-many-attempts',
      reason: 'second_factor',
    });
  });

  test('on a trusted device asks for no factor, and the token is exchanged each time', async () => {
    const ann = await withApp();
    const kept = new Map<string, string>();
    const devices = {
      load: (key: string) => kept.get(key),
      save: (key: string, token: string) => kept.set(key, token),
    };
    const page = client({ devices });
    const challenge = challengeIn(await page.login(ann));
    const answer = await page.verify(challenge, { code: codeOf(ann.secret), rememberDevice: 'Laptop' });
    expect(answer).toMatchObject({ kind: 'tokens', deviceTrusted: true });
    const [first] = [...kept.values()];
    expect([...kept.keys()]).toEqual([`public:${ann.username}`]);
    const later = client({ devices });
    expect(await later.login({ ...ann, username: ann.username.toUpperCase() })).toMatchObject({
      kind: 'tokens',
    });
    expect([...kept.values()]).not.toEqual([first]);
    expect((await later.devices.list()).devices).toMatchObject([{ label: 'Laptop' }]);
    await later.devices.forgetAll();
    expect(await client({ devices }).login(ann)).toMatchObject({ kind: 'challenge' });
  });
});
