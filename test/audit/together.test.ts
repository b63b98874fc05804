import { sql } from 'kysely';
import { afterEach, describe, expect, test } from 'vitest';
import { changeAccountStatus } from '../../src/features/user-admin/change-account-status.ts';
import { codeOf, wrongCodeOf } from '../support/actor.ts';
import { counters, snapshot } from '../support/snapshot.ts';
import { useWorld } from '../support/use-world.ts';
import { consoleContext, goodPassword } from '../support/world.ts';

const world = useWorld();

/** From here on no event can be written. What is there already stays. */
async function jamAudit(): Promise<void> {
  await sql`alter table audit_events add constraint jammed check (false) not valid`.execute(
    world.database.owner,
  );
}

async function freeAudit(): Promise<void> {
  await sql`alter table audit_events drop constraint if exists jammed`.execute(world.database.owner);
}
afterEach(freeAudit);

async function enrolled() {
  const ann = await world.user({ roles: ['user', 'vendor'] });
  const totp = await ann.enrolTotp();
  const call = (method: 'GET' | 'POST' | 'PATCH' | 'DELETE', url: string, body?: Record<string, unknown>) =>
    world.call(method, url, body, { bearer: totp.bearer });
  return { ann, ...totp, call };
}

type Act = () => Promise<{ readonly status: number; readonly body: unknown }>;
type Case = { readonly what: string; readonly given: () => Promise<Act> };

const cases: readonly Case[] = [
  { what: 'log in', given: async () => (await world.user()).login },
  { what: 'log in as far as the second step', given: async () => (await enrolled()).ann.login },
  {
    what: 'pass the second step',
    given: async () => {
      const { ann, secret } = await enrolled();
      const { temp_token } = (await ann.login()).body;
      return () => ann.verify(temp_token, codeOf(secret));
    },
  },
  {
    what: 'pass it with a recovery code',
    given: async () => {
      const { ann, codes } = await enrolled();
      const { temp_token } = (await ann.login()).body;
      return () => ann.verify(temp_token, codes[0] ?? '');
    },
  },
  {
    what: 'log in with password and code at once',
    given: async () => {
      const { ann, secret } = await enrolled();
      return () => ann.login('public', { mfa_token: codeOf(secret) });
    },
  },
  {
    what: 'ask for another factor',
    given: async () => {
      const { ann } = await enrolled();
      const { temp_token } = (await ann.login()).body;
      return () => world.call('POST', '/auth/mfa/challenge', { temp_token, method: 'recovery_code' });
    },
  },
  {
    what: 'step up, where another step-up waits',
    given: async () => {
      const { call } = await enrolled();
      await call('POST', '/auth/mfa/step-up', {});
      return () => call('POST', '/auth/mfa/step-up', {});
    },
  },
  {
    what: 'exchange a code for a proof',
    given: async () => {
      const { call, secret } = await enrolled();
      return () => call('POST', '/auth/mfa/proof', { mfa_token: codeOf(secret) });
    },
  },
  {
    what: 'spend a code at the guard',
    given: async () => {
      const { ann, secret } = await enrolled();
      const how = { bearer: (await ann.login('vendor')).body.access_token, mfa: codeOf(secret) };
      return () => world.call('GET', '/api/sensitive-data', undefined, how);
    },
  },
  {
    what: 'begin to enrol a factor',
    given: async () => {
      const { call } = await enrolled();
      return () => call('POST', '/auth/mfa/enroll', { method: 'totp' });
    },
  },
  {
    what: 'confirm a factor',
    given: async () => {
      const ann = await world.user();
      await ann.login();
      const { access_token: bearer } = (await ann.login()).body;
      const { secret } = (await world.call('POST', '/auth/mfa/enroll', { method: 'totp' }, { bearer })).body;
      return () => world.call('POST', '/auth/mfa/verify-enrollment', { token: codeOf(secret) }, { bearer });
    },
  },
  {
    what: 'rename a factor and make it the default',
    given: async () => {
      const { call, factorId } = await enrolled();
      return () => call('PATCH', `/auth/mfa/factors/${factorId}`, { label: 'phone', default: true });
    },
  },
  {
    what: 'remove a factor',
    given: async () => {
      const { call, factorId } = await enrolled();
      return () => call('DELETE', `/auth/mfa/factors/${factorId}`);
    },
  },
  {
    what: 'switch two-factor login off',
    given: async () => {
      const { call } = await enrolled();
      return () => call('POST', '/auth/mfa/disable', { password: goodPassword });
    },
  },
  {
    what: 'replace the recovery codes',
    given: async () => {
      const { call } = await enrolled();
      return () => call('POST', '/auth/mfa/recovery-codes/regenerate', { password: goodPassword });
    },
  },
  {
    what: 'change the password',
    given: async () => {
      const { call } = await enrolled();
      const body = { current_password: goodPassword, new_password: 'nine dry umbrella stands' };
      return () => call('POST', '/auth/password', body);
    },
  },
  {
    what: 'refresh',
    given: async () => {
      const { refresh: refresh_token } = await enrolled();
      return () => world.call('POST', '/auth/refresh', { refresh_token });
    },
  },
  {
    what: 'log out',
    given: async () => {
      const { call } = await enrolled();
      return () => call('POST', '/auth/logout');
    },
  },
];

describe('where no event can be written', () => {
  test.each(cases)('AU-7 nobody can $what: all stays as it was, and works afterwards', async ({ given }) => {
    const act = await given();
    await jamAudit();
    const before = await snapshot(world.database.db, counters);
    const jammed = await act();
    expect(jammed.status).toBe(500);
    expect(jammed.body).toEqual({
      type: 'about:blank',
      title: 'Internal Server Error',
      status: 500,
      detail: expect.stringContaining('instance'),
      instance: expect.any(String),
    });
    expect(await snapshot(world.database.db, counters)).toEqual(before);
    await freeAudit();
    expect((await act()).status).toBeLessThan(300);
  });

  test('AU-7 no account is made, disabled or given a role', async () => {
    const ann = await world.user();
    await jamAudit();
    const before = await snapshot(world.database.db, counters);
    await expect(world.user()).rejects.toThrow('jammed');
    for (const change of [{ status: 'disabled' }, { roles: ['admin'] }] as const) {
      await expect(changeAccountStatus(world.deps, consoleContext(), ann.id, change)).rejects.toThrow(
        'jammed',
      );
    }
    expect(await snapshot(world.database.db, counters)).toEqual(before);
    await freeAudit();
    expect((await ann.login()).status).toBe(200);
  });

  test('AU-7 a wrong answer is no answer: the attempt stays counted, so that nobody guesses unseen', async () => {
    const { ann, secret } = await enrolled();
    const { temp_token } = (await ann.login()).body;
    await jamAudit();
    for (let tried = 0; tried < 3; tried += 1) {
      expect((await ann.verify(temp_token, wrongCodeOf(secret))).status).toBe(500);
    }
    await freeAudit();
    expect(await ann.verify(temp_token, wrongCodeOf(secret))).toMatchObject({ status: 429 });
  });
});
