import { changeAccountStatus } from '../../src/features/user-admin/change-account-status.ts';
import { codeOf, wait } from './actor.ts';
import { beginPhone, type Case, withPhone, withTotp } from './audit-cases.ts';
import { importing } from './importing.ts';
import { consoleContext, goodPassword } from './world.ts';

/** The audit events about factors, sessions and accounts. */
export const sessionCases: readonly Case[] = [
  {
    what: 'an enrolment that begins',
    expected: ['mfa_enroll_started success totp'],
    given: async (world) => {
      const { access_token: bearer } = (await (await world.user()).login()).body;
      return () => world.call('POST', '/auth/mfa/enroll', { method: 'totp' }, { bearer });
    },
  },
  {
    what: 'an enrolment that is confirmed',
    expected: ['mfa_factor_added success sms'],
    given: async (world) => {
      const { access_token: bearer } = (await (await world.user()).login()).body;
      return (await beginPhone(world, bearer)).confirm;
    },
  },
  {
    what: 'an enrolment whose code cannot be sent',
    expected: ['mfa_send_failed failure sms'],
    given: async (world) => {
      const { access_token: bearer } = (await (await world.user()).login()).body;
      world.carrier.away = true;
      return () => beginPhone(world, bearer);
    },
  },
  {
    what: 'a factor that is renamed',
    expected: ['mfa_factor_changed success totp'],
    given: async (world) => {
      const { call, factorId } = await withTotp(world);
      return () => call('PATCH', `/auth/mfa/factors/${factorId}`, { label: 'phone' });
    },
  },
  {
    what: 'a factor that is removed',
    expected: ['mfa_factor_removed success totp'],
    given: async (world) => {
      const { call, factorId } = await withTotp(world);
      return () => call('DELETE', `/auth/mfa/factors/${factorId}`);
    },
  },
  {
    what: 'a factor that a stale session would remove',
    expected: ['authz_fail refused'],
    given: async (world) => {
      const { call, factorId } = await withTotp(world);
      wait(301);
      return () => call('DELETE', `/auth/mfa/factors/${factorId}`);
    },
  },
  {
    what: 'two-factor login switched off',
    expected: ['mfa_disabled success'],
    given: async (world) => {
      const { call } = await withTotp(world);
      return () => call('POST', '/auth/mfa/disable', { password: goodPassword });
    },
  },
  {
    what: 'somebody who would switch it off without the password',
    expected: ['authn_login_fail failure password'],
    given: async (world) => {
      const { call } = await withTotp(world);
      return () => call('POST', '/auth/mfa/disable', { password: 'wrong' });
    },
  },
  {
    what: 'new recovery codes',
    expected: ['mfa_recovery_codes_regenerated success'],
    given: async (world) => {
      const { call } = await withTotp(world);
      return () => call('POST', '/auth/mfa/recovery-codes/regenerate', { password: goodPassword });
    },
  },
  {
    what: 'a code exchanged for a proof',
    expected: ['mfa_proof_issued success totp'],
    given: async (world) => {
      const { call, secret } = await withTotp(world);
      return () => call('POST', '/auth/mfa/proof', { mfa_token: codeOf(secret) });
    },
  },
  {
    what: 'a vendor who sends a code beside the bearer',
    expected: ['mfa_passed success totp'],
    given: async (world) => {
      const { ann, secret } = await withTotp(world, ['vendor']);
      const how = { bearer: (await ann.login('vendor')).body.access_token, mfa: codeOf(secret) };
      return () => world.call('GET', '/api/sensitive-data', undefined, how);
    },
  },
  {
    what: 'a vendor who sends none',
    expected: ['authz_fail refused'],
    given: async (world) => {
      const { ann } = await withTotp(world, ['vendor']);
      const { access_token: bearer } = (await ann.login('vendor')).body;
      return () => world.call('GET', '/api/sensitive-data', undefined, { bearer });
    },
  },
  {
    what: 'a step-up',
    expected: ['mfa_challenge success totp', 'mfa_passed success totp'],
    given: async (world) => {
      const { ann, call, secret } = await withTotp(world);
      return async () => {
        const { temp_token } = (await call('POST', '/auth/mfa/step-up', {})).body;
        await ann.verify(temp_token, codeOf(secret));
      };
    },
  },
  {
    what: 'a step-up whose code cannot be sent',
    expected: ['mfa_send_failed failure sms'],
    given: async (world) => {
      const { bearer } = await withPhone(world);
      world.carrier.away = true;
      return () => world.call('POST', '/auth/mfa/step-up', {}, { bearer });
    },
  },
  {
    what: 'a refresh',
    expected: ['session_refreshed success'],
    given: async (world) => {
      const { refresh_token } = (await (await world.user()).login()).body;
      return () => world.call('POST', '/auth/refresh', { refresh_token });
    },
  },
  {
    what: 'a refresh token that comes twice',
    expected: ['authn_token_reuse refused'],
    given: async (world) => {
      const { refresh_token } = (await (await world.user()).login()).body;
      const { body } = await world.call('POST', '/auth/refresh', { refresh_token });
      await world.call('POST', '/auth/refresh', { refresh_token: body.refresh_token });
      return () => world.call('POST', '/auth/refresh', { refresh_token });
    },
  },
  {
    what: 'a logout',
    expected: ['session_ended success'],
    given: async (world) => {
      const { access_token: bearer } = (await (await world.user()).login()).body;
      return () => world.call('POST', '/auth/logout', undefined, { bearer });
    },
  },
  {
    what: 'another session that is ended',
    expected: ['session_ended success'],
    given: async (world) => {
      const ann = await world.user();
      const { access_token: bearer } = (await ann.login()).body;
      const other = (await ann.login()).body.access_token;
      const { session } = (await world.call('GET', '/auth/me', undefined, { bearer: other })).body;
      return () => world.call('DELETE', `/auth/sessions/${session.id}`, undefined, { bearer });
    },
  },
  { what: 'an account that is made', expected: ['user_created success'], given: async (world) => world.user },
  {
    what: 'an account that is disabled, enabled, and given other roles',
    expected: ['user_disabled success', 'user_enabled success', 'user_roles_changed success'],
    given: async (world) => {
      const ann = await world.user();
      return async () => {
        await changeAccountStatus(world.deps, consoleContext(), ann.id, {
          status: 'disabled',
        });
        await changeAccountStatus(world.deps, consoleContext(), ann.id, {
          status: 'active',
        });
        await changeAccountStatus(world.deps, consoleContext(), ann.id, {
          roles: ['vendor'],
        });
      };
    },
  },
  {
    what: 'a user who is imported, with an authenticator app',
    expected: ['user_imported success totp'],
    given: async (world) => {
      const line = { username: 'imported', totp_secret: 'KRSXG5CTMVRXEZLUKRSXG5CTMVRXEZLU' };
      return () => importing(world, [line]);
    },
  },
];
