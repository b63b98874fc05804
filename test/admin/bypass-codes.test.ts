import { beforeAll, describe, expect, test } from 'vitest';
import { sweep } from '../../db/sweep.ts';
import { codeOf, wait } from '../support/actor.ts';
import {
  claimsOf,
  dumpDatabase,
  eventTypesOf,
  mailsTo,
  tally,
  tempTokens,
  throttleOf,
  unknownRecoveryCode,
} from '../support/second-factor.ts';
import { staff } from '../support/staff.ts';
import { useWorld } from '../support/use-world.ts';
import { createWorld } from '../support/world.ts';

const world = useWorld();
let desk: Awaited<ReturnType<typeof staff>>;
beforeAll(async () => {
  desk = await staff(world, 'helpdesk');
});

const issue = (id: string, more: Record<string, unknown> = {}) =>
  desk.act('POST', `/admin/users/${id}/bypass-codes`, { reason: 'Phone in repair', ...more });

/** Somebody who has left the phone at home, and was given a code. */
async function lockedOut(more: Record<string, unknown> = {}) {
  const ann = await world.user({ roles: ['user', 'vendor'] });
  const app = await ann.enrolTotp();
  wait(1);
  const issued = await issue(ann.id, more);
  expect(issued.status).toBe(201);
  const temp = async (area = 'public') => (await ann.login(area)).body.temp_token as string;
  return { ...ann, app, temp, issued, code: issued.body.code as string };
}

describe('a bypass code', () => {
  test('RK-7: is shown once, 120 bits, and stored as a hash', async () => {
    const ann = await lockedOut();
    expect(ann.issued.body).toEqual({
      code: expect.stringMatching(/^([A-Z2-7]{4}-){5}[A-Z2-7]{4}$/),
      uses: 1,
      expires_at: new Date(Date.now() + 3_600_000).toISOString(),
    });
    const stored = await dumpDatabase(world);
    for (const form of [ann.code, ann.code.replaceAll('-', '')]) expect(stored).not.toContain(form);
    const { body } = await desk.act('GET', `/admin/users/${ann.id}`);
    expect(body.factors.map(({ method }: { method: string }) => method)).toContain('bypass_code');
    expect(JSON.stringify(body)).not.toContain(ann.code);
  });

  test('lets its user in once, as a recovery code does, and the session says so', async () => {
    const ann = await lockedOut();
    const login = await ann.login();
    const methods = login.body.methods.map(({ method }: { method: string }) => method);
    expect(methods).toEqual(['totp', 'recovery_code', 'bypass_code']);
    const { status, body } = await ann.verify(login.body.temp_token, ann.code.toLowerCase());
    expect(status).toBe(200);
    expect(claimsOf(body.access_token)).toMatchObject({
      acr: 'urn:sallyport:acr:2',
      amr: ['pwd', 'rc', 'mfa'],
      mfa: true,
    });
    expect(body.backup_codes_remaining).toBeUndefined();
    const { session } = (await world.call('GET', '/auth/me', undefined, { bearer: body.access_token })).body;
    expect(session.recovered).toBe(true);
    expect(await ann.verify(await ann.temp(), ann.code)).toMatchObject({
      status: 403,
      type: '/problems/mfa-token-invalid',
    });
    expect(await eventTypesOf(world, ann.id)).toContain('mfa_bypass_code_used');
  });

  test('lets its user in with password and code at once', async () => {
    const ann = await lockedOut();
    expect((await ann.login('public', { mfa_token: ann.code })).status).toBe(200);
    expect((await ann.login('public', { mfa_token: ann.code })).status).toBe(401);
  });

  test('works as often as was said, and no more often', async () => {
    const ann = await lockedOut({ uses: 3 });
    for (let used = 0; used < 3; used += 1)
      expect((await ann.verify(await ann.temp(), ann.code)).status).toBe(200);
    expect((await ann.verify(await ann.temp(), ann.code)).status).toBe(403);
  });

  test('RK-2: works as often as was said, however many come at once', async () => {
    const ann = await lockedOut({ uses: 2 });
    const temps = await tempTokens(ann, 8);
    const answers = [];
    for (const three of [temps.slice(0, 3), temps.slice(3, 6)]) {
      answers.push(...(await Promise.all(three.map((temp) => ann.verify(temp, ann.code)))));
    }
    expect(tally(answers)[200]).toBe(2);
  });

  test('is over when its time is', async () => {
    const ann = await lockedOut({ uses: 2, expires_in: 60 });
    const early = await ann.temp();
    wait(59);
    expect((await ann.verify(early, ann.code)).status).toBe(200);
    const late = await ann.temp();
    wait(1);
    expect((await ann.verify(late, ann.code)).status).toBe(403);
    const methods = (await ann.login()).body.methods.map(({ method }: { method: string }) => method);
    expect(methods).not.toContain('bypass_code');
    wait(3601);
    await sweep(world.database.db, new Date());
    const rows = await world.database.db
      .selectFrom('factors')
      .select('method')
      .where('userId', '=', ann.id)
      .execute();
    expect(rows.map(({ method }) => method).sort()).toEqual(['recovery_code', 'totp']);
  });

  test('VN-4, RK-6: is not taken as X-MFA-Token, for a proof, or without a login', async () => {
    const ann = await lockedOut();
    const { access_token: bearer } = (await ann.login('vendor')).body;
    const how = { bearer, mfa: ann.code };
    expect((await world.call('GET', '/api/sensitive-data', undefined, how)).status).toBe(403);
    expect((await world.call('POST', '/auth/mfa/proof', { mfa_token: ann.code }, { bearer })).status).toBe(
      403,
    );
    expect((await ann.verify('A'.repeat(43), ann.code)).status).toBe(401);
    expect((await ann.verify(await ann.temp(), ann.code)).status).toBe(200);
  });

  test('HT-4: is nobody else’s', async () => {
    const ann = await lockedOut();
    const eve = await world.user();
    await eve.enrolTotp();
    expect((await eve.verify((await eve.login()).body.temp_token, ann.code)).status).toBe(403);
  });

  test('attack 8: a wrong one counts like any wrong code', async () => {
    const ann = await lockedOut();
    const temp = await ann.temp();
    for (let tried = 0; tried < 3; tried += 1) await ann.verify(temp, unknownRecoveryCode);
    expect((await throttleOf(world, ann.id)).failed).toBe(3);
    expect((await ann.verify(await ann.temp(), ann.code)).status).toBe(429);
  });

  test('attack 30: opens no area that wants more than it stands in for', async () => {
    const strict = await createWorld({ preset: 'strict' });
    const password = 'seven very wet umbrellas';
    const root = await strict.user({ roles: ['admin'], password });
    const { enrollment_token } = (await root.login('admin')).body;
    const { bearer } = await root.enrolTotp(enrollment_token);
    const ann = await strict.user({ roles: ['admin'], password });
    await ann.enrolSent('email', { email: ann.email });
    const url = `/admin/users/${ann.id}/bypass-codes`;
    const { code } = (await strict.call('POST', url, { reason: 'x' }, { bearer })).body;
    expect(await ann.login('admin')).toMatchObject({ status: 403, type: '/problems/method-not-allowed' });
    expect((await ann.login('admin', { mfa_token: code })).status).toBe(401);
    await strict.close();
  });

  test('a new one kills the one before', async () => {
    const ann = await lockedOut();
    const newer = (await issue(ann.id)).body.code;
    expect((await ann.verify(await ann.temp(), ann.code)).status).toBe(403);
    expect((await ann.verify(await ann.temp(), newer)).status).toBe(200);
  });

  test('dies with the factor that it stands in for', async () => {
    const ann = await lockedOut();
    const { bearer } = ann.app;
    await world.call('POST', '/auth/mfa/disable', { password: ann.password }, { bearer });
    const again = await ann.enrolTotp();
    expect((await ann.verify(await ann.temp(), ann.code)).status).toBe(403);
    wait(30);
    expect((await ann.verify(await ann.temp(), codeOf(again.secret))).status).toBe(200);
  });

  test('LC-3: the user is notified when it is made and when it is used', async () => {
    const ann = await world.user();
    const { bearer } = await ann.enrolTotp();
    const mailbox = `${ann.username}@second.example`;
    await ann.enrolSent('email', { email: mailbox }, bearer);
    await mailsTo(world);
    const { code } = (await issue(ann.id)).body;
    const said = async () =>
      (await mailsTo(world, ann.email, mailbox)).map(({ to, subject }) => `${to}: ${subject}`);
    expect((await said()).sort()).toEqual(
      [ann.email, mailbox].map((to) => `${to}: The helpdesk made bypass codes for your account`).sort(),
    );
    await ann.verify((await ann.login()).body.temp_token, code);
    expect((await said()).sort()).toEqual(
      [ann.email, mailbox].map((to) => `${to}: A bypass code was used to log in to your account`).sort(),
    );
  });

  test('is refused for a user without a factor: a login lets them enrol', async () => {
    const ann = await world.user();
    expect(await issue(ann.id)).toMatchObject({ status: 409, body: { reason: 'no_factor' } });
  });

  test('is not to be enrolled by a user', async () => {
    const ann = await world.user();
    const how = { bearer: (await ann.login()).body.access_token };
    expect(await world.call('POST', '/auth/mfa/enroll', { method: 'bypass_code' }, how)).toMatchObject({
      status: 403,
      type: '/problems/method-not-allowed',
    });
    const setup = { method: 'totp', uses: 10 };
    expect((await world.call('POST', '/auth/mfa/enroll', setup, how)).status).toBe(400);
  });

  test.each([
    { uses: 0 },
    { uses: 11 },
    { uses: '1' },
    { uses: 1.5 },
    { expires_in: 59 },
    { expires_in: 86_401 },
  ])('HT-3: %j is refused by name', async (wrong) => {
    const ann = await world.user();
    const pointer = `#/${Object.keys(wrong)[0]}`;
    expect(await issue(ann.id, wrong)).toMatchObject({ status: 400, body: { errors: [{ pointer }] } });
  });
});
