import { describe, expect, test } from 'vitest';
import { codeOf, wait } from '../support/actor.ts';
import { forgot, linksTo, reset } from '../support/links.ts';
import { freshPhone } from '../support/second-factor.ts';
import { useWorld } from '../support/use-world.ts';

const world = useWorld();
const next = 'nine folded maps';

/** Somebody whose only factor is e-mail, whose mailbox somebody else reads: password and code came by mail. */
async function byMailTwice(roles: readonly ('user' | 'admin')[] = ['user']) {
  const ann = await world.user({ roles: [...roles] });
  const { codes, factorId, bearer: before } = await enrolledByMail(ann, roles.includes('admin'));
  wait(60);
  await forgot(world, ann.username);
  const [token = ''] = await linksTo(world, ann.email);
  expect((await reset(world, token, next)).status).toBe(204);
  wait(60);
  const login = await ann.login('public', { password: next });
  const { body } = await ann.verify(login.body.temp_token, ann.lastCode('email'));
  const bearer: string = body.access_token;
  const send = (method: 'POST' | 'DELETE', url: string, payload?: Record<string, unknown>) =>
    world.call(method, url, payload, { bearer });
  return { ...ann, codes, factorId, before, bearer, send };
}

async function enrolledByMail(ann: Awaited<ReturnType<typeof world.user>>, isAdmin: boolean) {
  if (!isAdmin) return ann.enrolSent('email', { email: ann.email });
  const { body } = await ann.login('admin');
  return ann.enrolSent('email', { email: ann.email }, body.enrollment_token);
}

const needsMore = {
  status: 403,
  type: '/problems/mfa-token-required',
  body: { acr_values: 'urn:sallyport:acr:2r urn:sallyport:acr:2 phr' },
};

describe('a mailbox that has set the password and is the second step as well', () => {
  test.each(['totp', 'sms'])('enrols no %s', async (method) => {
    const ann = await byMailTwice();
    const setup = method === 'sms' ? { phone: freshPhone() } : {};
    expect(await ann.send('POST', '/auth/mfa/enroll', { method, ...setup })).toMatchObject(needsMore);
  });

  test('does not make an administrator of its reader', async () => {
    const root = await byMailTwice(['admin']);
    expect(await root.send('POST', '/auth/mfa/enroll', { method: 'totp' })).toMatchObject(needsMore);
    const login = await root.login('admin', { password: next });
    wait(30);
    const { temp_token: temp } = login.body;
    if (login.body.sent === false) await world.call('POST', '/auth/mfa/challenge', { temp_token: temp });
    const { access_token: bearer } = (await root.verify(temp, root.lastCode('email'))).body;
    const begun = await world.call('POST', '/auth/mfa/enroll', { method: 'totp' }, { bearer });
    expect(begun).toMatchObject(needsMore);
  });

  test.each([
    [
      'a new password, after which it would be another',
      '/auth/password',
      { current_password: next, new_password: 'five wet umbrellas' },
    ],
    ['other recovery codes', '/auth/mfa/recovery-codes/regenerate', { password: next }],
    ['an account without factors', '/auth/mfa/disable', { password: next }],
  ])('gets by no other path: %s', async (_what, url, payload) => {
    const ann = await byMailTwice();
    expect(await ann.send('POST', url, payload)).toMatchObject(needsMore);
  });

  test('does not remove the factor either', async () => {
    const ann = await byMailTwice();
    expect(await ann.send('DELETE', `/auth/mfa/factors/${ann.factorId}`)).toMatchObject(needsMore);
  });

  test('nor does a code by mail that is sent with the request do', async () => {
    const ann = await byMailTwice();
    wait(301);
    const step = await ann.send('POST', '/auth/mfa/step-up', {});
    expect(step.status).toBe(200);
    const mfa_token = ann.lastCode('email');
    const begun = await ann.send('POST', '/auth/mfa/enroll', { method: 'totp', mfa_token });
    expect(begun).toMatchObject({ status: 403, type: '/problems/mfa-token-invalid' });
  });

  test('its owner goes on with a recovery code, and enrols an app', async () => {
    const ann = await byMailTwice();
    const begun = await ann.send('POST', '/auth/mfa/enroll', { method: 'totp', mfa_token: ann.codes[0] });
    expect(begun.status).toBe(200);
    const token = codeOf(begun.body.secret);
    expect((await ann.send('POST', '/auth/mfa/verify-enrollment', { token })).status).toBe(200);
  });

  test('may enrol another mailbox, which leads no higher; and who never reset the password, an app', async () => {
    const ann = await byMailTwice();
    const email = `${ann.username}@third.example`;
    wait(31);
    expect((await ann.send('POST', '/auth/mfa/enroll', { method: 'email', email })).status).toBe(200);
    const bob = await world.user();
    const { bearer } = await bob.enrolSent('email', { email: `${bob.username}@second.example` });
    const begun = await world.call('POST', '/auth/mfa/enroll', { method: 'totp' }, { bearer });
    expect(begun.status).toBe(200);
  });
});
