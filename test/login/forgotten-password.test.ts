import { describe, expect, test } from 'vitest';
import { changeAccountStatus } from '../../src/features/user-admin/change-account-status.ts';
import { codeOf, wait, wrongCodeOf } from '../support/actor.ts';
import { forgot, linksTo, reset, tokenIn } from '../support/links.ts';
import { claimsOf, dumpDatabase, eventsOf, mailsTo, throttleOf } from '../support/second-factor.ts';
import { snapshot } from '../support/snapshot.ts';
import { useWorld } from '../support/use-world.ts';
import { consoleContext } from '../support/world.ts';

const world = useWorld();

const next = 'nine folded maps';
const over = { status: 401, type: '/problems/invalid-token' };

/** Somebody who was sent a link. */
async function forgetful() {
  const ann = await world.user();
  expect((await forgot(world, ann.username)).status).toBe(202);
  const [token = ''] = await linksTo(world, ann.email);
  const loginWith = (password: string) => ann.login('public', { password });
  return { ...ann, token, loginWith };
}

describe('who has forgotten a password', () => {
  test('FP-1: is answered like an unknown user, a disabled one or one without an address, byte for byte', async () => {
    const ann = await world.user();
    const disabled = await world.user();
    await changeAccountStatus(world.deps, consoleContext(), disabled.id, {
      status: 'disabled',
    });
    const silent = await world.user({ email: null });
    const names = [ann.username, ann.username.toUpperCase(), disabled.username, silent.username, 'nobody-1'];
    for (const name of names) {
      const answer = await world.app.inject({
        method: 'POST',
        url: '/auth/password/forgot',
        payload: { username: name },
      });
      expect([answer.statusCode, answer.body]).toEqual([202, '{}']);
      expect(Object.keys(answer.headers)).not.toContain('retry-after');
    }
    expect(await linksTo(world, ann.email)).toHaveLength(2);
    expect(await linksTo(world, disabled.email)).toEqual([]);
  });

  test('FP-1: costs the same statements and rows, known or not, so that the time reveals nothing', async () => {
    const ann = await world.user();
    const silent = await world.user({ email: null });
    const rowsAfter = async (name: string) => {
      const before = await snapshot(world.database.db);
      await forgot(world, name);
      const after = await snapshot(world.database.db);
      const tables = ['outbox', 'sends', 'audit_events'];
      return tables.map((table) => (after[table] ?? []).length - (before[table] ?? []).length);
    };
    const known = await rowsAfter(ann.username);
    expect(known).toEqual([1, 1, 1]);
    expect(await rowsAfter(silent.username)).toEqual(known);
    expect(await rowsAfter('nobody-2')).toEqual(known);
    await mailsTo(world);
    const tables = await snapshot(world.database.db);
    expect(tables.outbox).toEqual([]); // the mails to nobody are gone, and were not sent
    expect(world.mails.filter(({ to }) => to === '')).toEqual([]);
  });

  test('FP-2: gets a link of 256 bits to the portal, and the database holds no token', async () => {
    const ann = await world.user();
    await forgot(world, ann.username);
    const [mail] = await mailsTo(world, ann.email);
    const token = tokenIn(mail ?? { text: '' });
    expect(token).toMatch(/^[\w-]{43}$/);
    expect(mail?.subject).toBe('Set a new password');
    expect(mail?.text).toContain(`http://127.0.0.1:3000/reset#token=${token}\n`);
    expect(mail?.text).toContain(`\n\n${token}\n\n`);
    expect(mail?.text).toContain('The link works once, within 30 minutes');
    expect(mail?.html).toContain(`<a href="http://127.0.0.1:3000/reset#token=${token}">`);
    expect(await dumpDatabase(world)).not.toContain(token);
    expect(world.logs.join('')).not.toContain(token);
  });

  test('FP-5: gets three mails in 15 minutes, and is never locked out by them', async () => {
    const ann = await world.user();
    const answers = [];
    for (let asked = 0; asked < 20; asked += 1) answers.push(await forgot(world, ann.username));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
    const tokens = await linksTo(world, ann.email);
    expect(tokens).toHaveLength(3);
    expect((await ann.login()).status).toBe(200);
    expect((await reset(world, tokens.at(-1) ?? '')).status).toBe(204); // what was not sent kills nothing
    wait(15 * 60);
    await forgot(world, ann.username);
    expect(await linksTo(world, ann.email)).toHaveLength(1);
  });

  test('FP-5: gets three, however many ask at once', async () => {
    const ann = await world.user();
    await Promise.all(Array.from({ length: 12 }, () => forgot(world, ann.username)));
    expect(await linksTo(world, ann.email)).toHaveLength(3);
  });

  test('AU-2: is audited, without a name', async () => {
    const ann = await world.user();
    for (let asked = 0; asked < 4; asked += 1) await forgot(world, ann.username);
    const events = (await eventsOf(world, ann.id)).filter(({ type }) => type === 'password_reset_requested');
    expect(events.map(({ outcome }) => outcome)).toEqual(['success', 'success', 'success', 'refused']);
  });
});

describe('a link', () => {
  test('FP-2: sets a password once', async () => {
    const ann = await forgetful();
    expect((await reset(world, ann.token)).status).toBe(204);
    expect((await ann.login()).status).toBe(401);
    expect((await ann.loginWith(next)).status).toBe(200);
    expect(await reset(world, ann.token, 'ten folded maps')).toMatchObject(over);
    expect((await ann.loginWith(next)).status).toBe(200);
  });

  test('FP-2: sets one password, however many come at once', async () => {
    const ann = await forgetful();
    const passwords = Array.from({ length: 8 }, (_, one) => `folded maps number ${one}`);
    const answers = await Promise.all(passwords.map((password) => reset(world, ann.token, password)));
    expect(answers.filter(({ status }) => status === 204)).toHaveLength(1);
    const won = passwords[answers.findIndex(({ status }) => status === 204)] ?? '';
    expect((await ann.loginWith(won)).status).toBe(200);
  });

  test('FP-2: is dead after 30 minutes, and answered as if it had never been', async () => {
    const ann = await forgetful();
    wait(30 * 60 - 1);
    expect((await reset(world, ann.token, 'short')).status).toBe(422);
    wait(1);
    const expired = await reset(world, ann.token);
    const strange = await reset(world, 'A'.repeat(43));
    expect(expired).toMatchObject(over);
    const { instance: _, ...problem } = expired.body;
    expect(strange.body).toMatchObject(problem);
    expect((await ann.login()).status).toBe(200);
  });

  test('FP-2: is killed by a newer one', async () => {
    const ann = await forgetful();
    await forgot(world, ann.username);
    const [newer = ''] = await linksTo(world, ann.email);
    expect(await reset(world, ann.token)).toMatchObject(over);
    expect((await reset(world, newer)).status).toBe(204);
  });

  test('FP-2: stays good where the password is refused', async () => {
    const ann = await forgetful();
    for (const [password, reason] of [
      ['short', 'too_short'],
      [`${ann.username}${ann.username}`, 'context_word'],
      [ann.password, 'reused'],
    ] as const)
      expect(await reset(world, ann.token, password)).toMatchObject({ status: 422, body: { reason } });
    expect((await reset(world, ann.token)).status).toBe(204);
  });

  test('FP-4: ends every session, refresh family and waiting login', async () => {
    const ann = await world.user();
    const { secret, bearer, refresh } = await ann.enrolTotp();
    const { temp_token } = (await ann.login()).body;
    await forgot(world, ann.username);
    const [token = ''] = await linksTo(world, ann.email);
    expect((await reset(world, token)).status).toBe(204);
    expect((await world.call('GET', '/auth/me', undefined, { bearer })).status).toBe(401);
    expect((await world.call('POST', '/auth/refresh', { refresh_token: refresh })).status).toBe(401);
    expect(await ann.verify(temp_token, codeOf(secret))).toMatchObject({
      status: 401,
      type: '/problems/challenge-invalid',
    });
  });

  test('FP-3, attack 29: logs nobody in, and the second factor is asked for as before', async () => {
    const ann = await world.user();
    const { secret } = await ann.enrolTotp();
    await forgot(world, ann.username);
    const [token = ''] = await linksTo(world, ann.email);
    const answer = await reset(world, token);
    expect([answer.status, answer.body]).toEqual([204, null]);
    const login = await ann.login('public', { password: next });
    expect(login.body).toMatchObject({ mfa_required: true, mfa_method: 'totp' });
    expect(login.body.access_token).toBeUndefined();
    expect((await ann.verify(login.body.temp_token, codeOf(secret))).status).toBe(200);
  });

  test('attack 12: leaves a locked second factor locked', async () => {
    const ann = await world.user();
    const { secret } = await ann.enrolTotp();
    const { temp_token } = (await ann.login()).body;
    for (let tried = 0; tried < 3; tried += 1) await ann.verify(temp_token, wrongCodeOf(secret));
    await forgot(world, ann.username);
    const [token = ''] = await linksTo(world, ann.email);
    expect((await reset(world, token)).status).toBe(204);
    expect((await throttleOf(world, ann.id)).failed).toBe(3);
    const login = await ann.login('public', { password: next });
    expect((await ann.verify(login.body.temp_token, codeOf(secret))).status).toBe(429);
  });

  test('attack 12, 37: opens nothing for somebody who is disabled, nor once they are enabled again', async () => {
    const ann = await forgetful();
    await changeAccountStatus(world.deps, consoleContext(), ann.id, {
      status: 'disabled',
    });
    expect(await reset(world, ann.token)).toMatchObject(over);
    await changeAccountStatus(world.deps, consoleContext(), ann.id, {
      status: 'active',
    });
    expect(await reset(world, ann.token)).toMatchObject(over);
  });

  test('attack 22: dies when the password is changed otherwise', async () => {
    const ann = await forgetful();
    wait(1);
    const { access_token: bearer } = (await ann.login()).body;
    const change = { current_password: ann.password, new_password: 'ten folded maps' };
    expect((await world.call('POST', '/auth/password', change, { bearer })).status).toBe(204);
    expect(await reset(world, ann.token)).toMatchObject(over);
    expect((await ann.loginWith('ten folded maps')).status).toBe(200);
  });

  test('attack 22: kills the enrolment tokens from before', async () => {
    const ann = await world.user({ roles: ['admin'] });
    const bearer = (await ann.login('admin')).body.enrollment_token;
    await forgot(world, ann.username);
    wait(1);
    const [token = ''] = await linksTo(world, ann.email);
    expect((await reset(world, token)).status).toBe(204);
    expect(await world.call('POST', '/auth/mfa/enroll', { method: 'totp' }, { bearer })).toMatchObject(over);
  });

  test('attack 22, 35: is one account’s, and the body names no other', async () => {
    const ann = await forgetful();
    const eve = await world.user();
    for (const field of ['username', 'user_id', 'hint'])
      expect(
        await world.call('POST', '/auth/password/reset', {
          token: ann.token,
          new_password: next,
          [field]: eve.username,
        }),
      ).toMatchObject({ status: 400 });
    expect((await reset(world, ann.token)).status).toBe(204);
    expect((await eve.login()).status).toBe(200);
  });

  test('LC-3: is notified at every address once it was used', async () => {
    const ann = await world.user();
    const app = await ann.enrolTotp();
    const mailbox = `${ann.username}@second.example`;
    await ann.enrolSent('email', { email: mailbox }, app.bearer);
    await forgot(world, ann.username);
    const [token = ''] = await linksTo(world, ann.email);
    await reset(world, token);
    const mails = await mailsTo(world, ann.email, mailbox);
    const said = 'The password of your account was reset by mail';
    expect(mails.map(({ to, subject }) => `${to}: ${subject}`).sort()).toEqual(
      [`${ann.email}: ${said}`, `${mailbox}: ${said}`].sort(),
    );
    for (const { text } of mails) expect(text).not.toContain(token);
  });

  test('clears the wrong passwords that others tried from where its owner is', async () => {
    const ann = await forgetful();
    for (let tried = 0; tried < 10; tried += 1) await ann.loginWith('wrong');
    expect((await ann.login()).status).toBe(429);
    await reset(world, ann.token);
    expect((await ann.loginWith(next)).status).toBe(200);
  });
});

describe('a mailbox', () => {
  /** Somebody with an app and a mailbox, whose password was set by that mailbox. */
  async function byMail(methods: readonly ('totp' | 'email')[]) {
    const ann = await world.user();
    const app = methods.includes('totp') ? await ann.enrolTotp() : undefined;
    wait(1);
    if (methods.includes('email')) await ann.enrolSent('email', { email: ann.email }, app?.bearer);
    await forgot(world, ann.username);
    wait(31);
    const [token = ''] = await linksTo(world, ann.email);
    expect((await reset(world, token)).status).toBe(204);
    return { ...ann, app, login: () => ann.login('public', { password: next }) };
  }
  const offered = (body: { methods: { method: string }[] }) => body.methods.map(({ method }) => method);

  test('attack 28: that set the password is no second step beside an app', async () => {
    const ann = await byMail(['totp', 'email']);
    const { body } = await ann.login();
    expect(offered(body)).toEqual(['totp', 'recovery_code']);
    const asked = { temp_token: body.temp_token, method: 'email' };
    expect((await world.call('POST', '/auth/mfa/challenge', asked)).status).toBe(404);
    const verified = await ann.verify(body.temp_token, codeOf(ann.app?.secret ?? ''));
    const how = { bearer: verified.body.access_token };
    expect((await world.call('POST', '/auth/mfa/step-up', { method: 'email' }, how)).status).toBe(404);
  });

  test('attack 28: nor where the app was disabled by wrong codes', async () => {
    const ann = await byMail(['totp', 'email']);
    await world.database.db
      .updateTable('factors')
      .set({ disabledAt: new Date() })
      .where('id', '=', ann.app?.factorId ?? '')
      .execute();
    expect(offered((await ann.login()).body)).toEqual(['recovery_code']);
  });

  test('attack 28: is one again after a change by somebody who knew the password', async () => {
    const ann = await byMail(['totp', 'email']);
    const { temp_token } = (await ann.login()).body;
    const { access_token: bearer } = (await ann.verify(temp_token, codeOf(ann.app?.secret ?? ''))).body;
    const change = { current_password: next, new_password: 'ten folded maps' };
    wait(60);
    expect((await world.call('POST', '/auth/password', change, { bearer })).status).toBe(204);
    const login = await world.call('POST', '/auth/login', {
      username: ann.username,
      password: 'ten folded maps',
    });
    expect(offered(login.body)).toEqual(['totp', 'recovery_code', 'email']);
  });

  test('attack 28: that is all there is gives level 1plus and no more', async () => {
    const ann = await byMail(['email']);
    const { body } = await ann.login();
    expect(offered(body)).toContain('email');
    const { access_token } = (await ann.verify(body.temp_token, ann.lastCode('email'))).body;
    expect(claimsOf(access_token)).toMatchObject({ acr: 'urn:sallyport:acr:1plus' });
  });
});
