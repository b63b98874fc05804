import { changeAccountStatus } from '../../src/features/user-admin/change-account-status.ts';
import { codeOf, wrongCodeOf } from './actor.ts';
import { type Case, setInARow, withPhone, withTotp } from './audit-cases.ts';
import { allowPasskeys, passkeyActions, withPasskey } from './passkeys.ts';
import { flags } from './software-authenticator.ts';
import { consoleContext, goodPassword } from './world.ts';

const nextPassword = 'nine dry umbrella stands';

/** The audit events about passwords and about the second step of a login. */
export const loginCases: readonly Case[] = [
  {
    what: 'a login without a second factor',
    expected: ['authn_login_success success password'],
    given: async (world) => (await world.user()).login,
  },
  {
    what: 'a wrong password',
    expected: ['authn_login_fail failure password'],
    given: async (world) => {
      const ann = await world.user();
      return () => ann.login('public', { password: 'wrong' });
    },
  },
  {
    what: 'a name that is nobody’s',
    expected: ['authn_login_fail failure password'],
    given: async (world) => () =>
      world.call('POST', '/auth/login', { username: 'nobody', password: goodPassword }),
  },
  {
    what: 'the right password of somebody disabled',
    expected: ['authn_login_fail failure password'],
    given: async (world) => {
      const ann = await world.user();
      await changeAccountStatus(world.deps, consoleContext(), ann.id, {
        status: 'disabled',
      });
      return ann.login;
    },
  },
  {
    what: 'one wrong password too many',
    expected: ['excess_rate_limit_exceeded refused'],
    given: async (world) => {
      const ann = await world.user();
      for (let tried = 0; tried < 10; tried += 1) await ann.login('public', { password: 'wrong' });
      return ann.login;
    },
  },
  {
    what: 'an area that is not open to one’s roles',
    expected: ['authz_fail refused'],
    given: async (world) => {
      const ann = await world.user();
      return () => ann.login('admin');
    },
  },
  {
    what: 'an area that asks for a factor that one has not',
    expected: ['authz_fail refused'],
    given: async (world) => {
      const ann = await world.user({ roles: ['admin'] });
      return () => ann.login('admin');
    },
  },
  {
    what: 'a new password',
    expected: ['authn_password_change success'],
    given: async (world) => {
      const { access_token: bearer } = (await (await world.user()).login()).body;
      const body = { current_password: goodPassword, new_password: nextPassword };
      return () => world.call('POST', '/auth/password', body, { bearer });
    },
  },
  {
    what: 'a new password by somebody who does not know the old one',
    expected: ['authn_password_change_fail failure password'],
    given: async (world) => {
      const { access_token: bearer } = (await (await world.user()).login()).body;
      const body = { current_password: 'wrong', new_password: nextPassword };
      return () => world.call('POST', '/auth/password', body, { bearer });
    },
  },
  {
    what: 'a right password that leads to the second step',
    expected: ['mfa_challenge success totp'],
    given: async (world) => (await withTotp(world)).ann.login,
  },
  {
    what: 'a right code',
    expected: ['authn_login_success success totp', 'mfa_passed success totp'],
    given: async (world) => {
      const { ann, secret } = await withTotp(world);
      const { temp_token } = (await ann.login()).body;
      return () => ann.verify(temp_token, codeOf(secret));
    },
  },
  {
    what: 'a wrong code',
    expected: ['mfa_failed failure totp'],
    given: async (world) => {
      const { ann, secret } = await withTotp(world);
      const { temp_token } = (await ann.login()).body;
      return () => ann.verify(temp_token, wrongCodeOf(secret));
    },
  },
  {
    what: 'a code that was used before',
    expected: ['otp_replayed refused totp'],
    given: async (world) => {
      const { ann, secret } = await withTotp(world);
      await ann.loginWithTotp(secret);
      const { temp_token } = (await ann.login()).body;
      return () => ann.verify(temp_token, codeOf(secret));
    },
  },
  {
    what: 'one wrong code too many',
    expected: ['excess_rate_limit_exceeded refused'],
    given: async (world) => {
      const { ann, secret } = await withTotp(world);
      for (let tried = 0; tried < 3; tried += 1)
        await ann.verify((await ann.login()).body.temp_token, wrongCodeOf(secret));
      const { temp_token } = (await ann.login()).body;
      return () => ann.verify(temp_token, codeOf(secret));
    },
  },
  {
    what: 'the tenth wrong code in a row',
    expected: ['mfa_failed failure totp', 'authn_login_lock refused totp'],
    given: async (world) => {
      const { ann, secret } = await withTotp(world);
      const { temp_token } = (await ann.login()).body;
      await setInARow(world, ann.id, 9);
      return () => ann.verify(temp_token, wrongCodeOf(secret));
    },
  },
  {
    what: 'the hundredth wrong code in a row',
    expected: [
      'mfa_failed failure totp',
      'authn_login_lock refused totp',
      'mfa_factor_disabled refused totp',
    ],
    given: async (world) => {
      const { ann, secret } = await withTotp(world);
      const { temp_token } = (await ann.login()).body;
      await setInARow(world, ann.id, 99);
      return () => ann.verify(temp_token, wrongCodeOf(secret));
    },
  },
  {
    what: 'a recovery code',
    expected: ['authn_login_success success recovery_code', 'mfa_recovery_code_used success recovery_code'],
    given: async (world) => {
      const { ann, codes } = await withTotp(world);
      const { temp_token } = (await ann.login()).body;
      return () => ann.verify(temp_token, codes[0] ?? '');
    },
  },
  {
    what: 'a passkey alone',
    expected: ['authn_login_success success webauthn', 'mfa_passed success webauthn'],
    given: async (world) => {
      await allowPasskeys(world, 'public');
      const { key } = await withPasskey(world);
      return () => passkeyActions(world).logIn(key);
    },
  },
  {
    what: 'a passkey without its PIN',
    expected: ['authn_login_fail failure webauthn'],
    given: async (world) => {
      await allowPasskeys(world, 'public');
      const { key } = await withPasskey(world);
      return () => passkeyActions(world).logIn(key, { flags: flags.UP });
    },
  },
  {
    what: 'another factor asked for',
    expected: ['mfa_challenge success recovery_code'],
    given: async (world) => {
      const { ann } = await withTotp(world);
      const { temp_token } = (await ann.login()).body;
      return () => world.call('POST', '/auth/mfa/challenge', { temp_token, method: 'recovery_code' });
    },
  },
  {
    what: 'password and code at once',
    expected: ['authn_login_success success totp', 'mfa_passed success totp'],
    given: async (world) => {
      const { ann, secret } = await withTotp(world);
      return () => ann.login('public', { mfa_token: codeOf(secret) });
    },
  },
  {
    what: 'a login whose code cannot be sent',
    expected: ['mfa_send_failed failure sms'],
    given: async (world) => {
      const { ann } = await withPhone(world);
      world.carrier.away = true;
      return ann.login;
    },
  },
  {
    what: 'a code that nobody can check',
    expected: ['mfa_check_failed failure sms'],
    given: async (world) => {
      const { ann } = await withPhone(world);
      const { temp_token } = (await ann.login()).body;
      world.carrier.away = true;
      return () => ann.verify(temp_token, '123456');
    },
  },
  {
    what: 'a code that is asked for again too soon',
    expected: ['mfa_send_failed failure sms'],
    given: async (world) => {
      const { ann } = await withPhone(world);
      const { temp_token } = (await ann.login()).body;
      return () => world.call('POST', '/auth/mfa/challenge', { temp_token });
    },
  },
];
