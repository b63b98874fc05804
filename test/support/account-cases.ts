import { codeOf, wrongCodeOf } from './actor.ts';
import { type AuditWorld, type Case, withTotp } from './audit-cases.ts';
import { forgot, linksTo, reset } from './links.ts';
import { allowPasskeys, withPasskey } from './passkeys.ts';
import { staff } from './staff.ts';

const because = { reason: 'lost the phone', ticket: 'INC-1042' };
let names = 0;

/** An administrator, and what they do to somebody with an authenticator app. */
async function helping(world: AuditWorld) {
  const admin = await staff(world);
  const somebody = await withTotp(world);
  const help = (path: string, body?: Record<string, unknown>) =>
    admin.act('POST', `/admin/users/${somebody.ann.id}/${path}`, body);
  return { ...somebody, admin, help };
}

async function forgetful(world: AuditWorld) {
  const ann = await world.user();
  await forgot(world, ann.username);
  const [token = ''] = await linksTo(world, ann.email);
  return token;
}

/** The audit events about forgotten passwords, and about actions of administrators and the helpdesk. */
export const accountCases: readonly Case[] = [
  {
    what: 'a test mail of the helpdesk',
    expected: ['area_access success', 'test_mail_sent success'],
    given: async (world) => {
      const desk = await staff(world, 'helpdesk');
      return () => desk.post('/admin/carriers/test-mail', {});
    },
  },
  {
    what: 'a password that was forgotten',
    expected: ['password_reset_requested success'],
    given: async (world) => {
      const ann = await world.user();
      return () => forgot(world, ann.username);
    },
  },
  {
    what: 'a password that is set by a link',
    expected: ['password_reset success'],
    given: async (world) => {
      const token = await forgetful(world);
      return () => reset(world, token);
    },
  },
  {
    what: 'a password that its owner gives up',
    expected: ['password_removed success'],
    given: async (world) => {
      await allowPasskeys(world, 'public');
      const { bearer } = await withPasskey(world);
      return () => world.call('DELETE', '/auth/password', undefined, { bearer });
    },
  },
  {
    what: 'an account that is made by an administrator',
    expected: ['area_access success', 'user_created success', 'user_invited success'],
    given: async (world) => {
      const { act } = await staff(world);
      names += 1;
      const body = { username: `invited${names}`, email: 'x@example.gov', roles: ['user'] };
      return () => act('POST', '/admin/users', body);
    },
  },
  {
    what: 'another address',
    expected: ['area_access success', 'user_changed success'],
    given: async (world) => {
      const { act } = await staff(world);
      const ann = await world.user();
      return () => act('PATCH', `/admin/users/${ann.id}`, { email: 'x@example.gov' });
    },
  },
  {
    what: 'another language of mails, which its owner chooses',
    expected: ['user_changed success'],
    given: async (world) => {
      const ann = await world.user();
      const bearer = (await ann.login()).body.access_token;
      return () => world.call('PATCH', '/auth/me', { language: 'es' }, { bearer });
    },
  },
  {
    what: 'an administrator who would disable themselves',
    expected: ['area_access success', 'authz_fail refused'],
    given: async (world) => {
      const { act, id } = await staff(world);
      return () => act('PATCH', `/admin/users/${id}`, { status: 'disabled' });
    },
  },
  {
    what: 'a password that is made useless',
    expected: ['area_access success', 'password_reset_requested success'],
    given: async (world) => {
      const { help } = await helping(world);
      return () => help('password-reset', because);
    },
  },
  {
    what: 'factors that are removed by the helpdesk',
    expected: ['area_access success', 'mfa_reset success'],
    given: async (world) => {
      const { help } = await helping(world);
      return () => help('mfa/reset', because);
    },
  },
  {
    what: 'a bypass code',
    expected: ['area_access success', 'mfa_bypass_codes_issued success bypass_code'],
    given: async (world) => {
      const { help } = await helping(world);
      return () => help('bypass-codes', because);
    },
  },
  {
    what: 'a bypass code that is used',
    expected: ['authn_login_success success bypass_code', 'mfa_bypass_code_used success bypass_code'],
    given: async (world) => {
      const { ann, help } = await helping(world);
      const { code } = (await help('bypass-codes', because)).body;
      const { temp_token } = (await ann.login()).body;
      return () => ann.verify(temp_token, code);
    },
  },
  {
    what: 'a check of who is calling',
    expected: ['area_access success', 'caller_check_started success'],
    given: async (world) => {
      const { help } = await helping(world);
      return () => help('caller-checks', because);
    },
  },
  {
    what: 'a caller who answers it',
    expected: ['caller_check_passed success totp', 'mfa_passed success totp'],
    given: async (world) => {
      const { help, secret } = await helping(world);
      const { number } = (await help('caller-checks', because)).body;
      const body = { number, mfa_token: codeOf(secret) };
      return () => world.call('POST', '/auth/caller-checks/answer', body);
    },
  },
  {
    what: 'a caller who answers wrong for the third time',
    expected: ['caller_check_failed failure', 'mfa_failed failure totp'],
    given: async (world) => {
      const { help, secret } = await helping(world);
      const { number } = (await help('caller-checks', because)).body;
      const wrong = () =>
        world.call('POST', '/auth/caller-checks/answer', { number, mfa_token: wrongCodeOf(secret) });
      await wrong();
      await wrong();
      return wrong;
    },
  },
  {
    what: 'an account that is unlocked',
    expected: ['area_access success', 'user_unlocked success'],
    given: async (world) => {
      const { help } = await helping(world);
      return () => help('unlock', because);
    },
  },
];
