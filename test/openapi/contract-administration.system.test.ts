import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Administrator } from '../../openapi/contract/admin-session.ts';
import { readDocument } from '../../openapi/contract/read-document.ts';
import { runContract } from '../../openapi/contract/run.ts';
import { type RewrittenAnswer, startRewritingServer, withMembers } from '../support/rewriting-server.ts';
import { type Staff, staff } from '../support/staff.ts';
import { createWorld, type World } from '../support/world.ts';

const patience = 300_000; // codes may be waited for, and two cores may be busy

let world: World;
let onlooker: Staff;
const closing: (() => Promise<void>)[] = [];
beforeAll(async () => {
  world = await createWorld();
  onlooker = await staff(world);
});
afterAll(() => world.close());
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** Somebody whose first codes are spent already, as those of an administrator at work are. */
async function newAdmin(): Promise<Administrator & { readonly id: string }> {
  const { id, username, password, secret } = await staff(world);
  return { id, username, password, totpSecret: secret };
}

async function brokenRun(
  options: Partial<Parameters<typeof runContract>[0]>,
  rewrite: (answer: RewrittenAnswer) => Partial<RewrittenAnswer> = () => ({}),
) {
  const { url, close } = await startRewritingServer(world.app, rewrite);
  closing.push(close);
  return runContract({ url, account: null, runs: 0, seed: 20_260_203, patienceSeconds: 0, ...options });
}

/** What an administrator sees of the deployment, and must find as it was. */
async function state() {
  const areas = ['admin', 'public', 'vendor', 'service'].map((area) => onlooker.get(`/admin/areas/${area}`));
  const {
    changed_at: _,
    changed_by: __,
    changed_by_username: ___,
    ...rollout
  } = (await onlooker.get('/admin/rollout')).body;
  return {
    areas: (await Promise.all(areas)).map(({ body }) => body),
    rollout,
    exemptions: (await onlooker.get('/admin/exemptions')).body.exemptions,
    keys: (await onlooker.get('/admin/keys')).body.keys,
  };
}

type Made = { readonly username: string; readonly name: string; readonly status: string };

async function made() {
  const { users } = (await onlooker.get('/admin/users?limit=200')).body;
  const { service_accounts: services } = (await onlooker.get('/admin/service-accounts?limit=200')).body;
  const ours = (name: string) => name.startsWith('contract-');
  return {
    users: users.filter(({ username }: Made) => ours(username)),
    services: services.filter(({ name }: Made) => ours(name)),
    others: users.length + services.length,
  };
}

const statusesOf = (all: readonly Made[]) => all.map(({ status }) => status);

describe('with an administrator', () => {
  test(
    'leaves the deployment as it was, and says what it therefore left out',
    async () => {
      const { policy } = (await onlooker.get('/admin/areas/vendor')).body;
      await onlooker.put('/admin/areas/vendor', { ...policy, access_seconds: 1200 });
      await onlooker.put('/admin/areas/vendor', { ...policy, mfa: 'required', report_only: true });
      await onlooker.put('/admin/rollout', { phase: 'gradual', roles: ['helpdesk'], grace_days: 3 });
      const admin = await newAdmin();
      const account = await world.user({ roles: ['user', 'vendor'] });
      const [before, there] = [await state(), await made()];

      const report = await brokenRun({ admin, account, runs: 12 });
      expect(report.failures, report.lines().join('\n')).toEqual([]);
      expect(report.leftOut).toEqual([
        'changing the password and giving an opinion: the account keeps its own',
        expect.stringContaining('writing the policy of admin, public, service: what nobody has written'),
        expect.stringContaining('setting a password by the link of a mail'),
        'a passkey, and an account without a password: only --start has both',
        'rotating the signing keys: only where the deployment is a throwaway',
        expect.stringContaining('sending a test mail'),
        'reminding users: only where the deployment is a throwaway',
        'the recovery of an account: only --start opens its own mails',
        'requests that a second person approves: only --start has two administrators',
        'recovery shares: only --start makes some',
      ]);

      const written = {
        version: expect.any(Number),
        changed_at: expect.any(String),
        changed_by: admin.id,
        changed_by_username: admin.username,
      };
      const areas = before.areas.map((one) => (one.area === 'vendor' ? { ...one, ...written } : one));
      expect(await state()).toEqual({ ...before, areas });
      const { users, services, others } = await made();
      expect(statusesOf([...users, ...services])).toEqual(['disabled', 'disabled']);
      expect(others).toBe(there.others + 2); // nothing came of the nonsense
    },
    patience,
  );

  test(
    'looks behind the guard of every operation of theirs, and leaves them as they were',
    async () => {
      const admin = await newAdmin();
      const before = (await onlooker.get(`/admin/users/${admin.id}`)).body;
      const { operations } = readDocument((await world.call('GET', '/openapi.json')).body);
      const only = [...operations.map(({ name }) => name).filter((name) => name.includes(' /admin/')), 'me'];
      const report = await brokenRun({ admin, runs: 4, only });
      expect(report.failures, report.lines().join('\n')).toEqual([]);
      const after = (await onlooker.get(`/admin/users/${admin.id}`)).body;
      const factors = before.factors.map((one: object) => ({ ...one, last_used_at: expect.anything() }));
      factors[1].last_used_at = null; // the recovery codes
      expect(after).toEqual({ ...before, factors, last_login: expect.any(String) });
      expect(after.second_factor.attempts_remaining).toBe(3);

      const outside = await brokenRun({ only });
      for (const [name, { refusal }] of report.tallies) {
        const more =
          name.includes(' /admin/') &&
          !/GET \/admin\/(rollout|exemptions|keys|sms|carriers|evidence|receivers|approvals|approval-rules)$/.test(
            name,
          );
        expect([name, refusal > (outside.tallies.get(name)?.refusal ?? 0)]).toEqual([name, more]);
      }
    },
    patience,
  );

  test(
    'disables what it made where a step fails, and goes on with the rest',
    async () => {
      const admin = await newAdmin();
      const failing = /^(POST \/admin\/users\/.*\/unlock|POST \/oauth\/introspect|PUT \/admin\/rollout)$/;
      const report = await brokenRun({ admin, only: [] }, ({ route, status }) =>
        failing.test(route) && status < 300 ? { status: 500 } : {},
      );
      expect(report.leftOut, report.lines().join('\n')).toEqual(
        expect.arrayContaining([
          'the rollout from “turn it to where it stands” on',
          'a user from “unlock” on',
          'a service account from “ask about it” on',
        ]),
      );
      const { users, services } = await made();
      expect(users.length * services.length).toBeGreaterThan(0);
      expect(new Set(statusesOf([...users, ...services]))).toEqual(new Set(['disabled']));
      expect((await onlooker.get('/admin/exemptions')).body.exemptions).toEqual([]);
    },
    patience,
  );

  test(
    'tries no second time to log in who could not',
    async () => {
      const admin = await newAdmin();
      const wrong = { ...admin, totpSecret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP' };
      const report = await brokenRun({ admin: wrong, runs: 1, only: ['listUsers', 'readRollout'] });
      expect(report.failures.map(({ what }) => what)).toEqual(['the code of an administrator']);
      expect(report.leftOut).toContain('the areas from “log in as an administrator” on');
      const { body } = await onlooker.get(`/admin/users/${admin.id}`);
      expect(body.second_factor.attempts_remaining).toBe(2);
      expect(report.lines().join('\n')).not.toContain(wrong.totpSecret);
    },
    patience,
  );

  test(
    'shows no secret of theirs, nor of what it made',
    async () => {
      const admin = await newAdmin();
      const account = await world.user();
      const seen: string[] = [];
      const report = await brokenRun({ admin, account, only: [] }, ({ route, body, status }) => {
        if (!/ \/(admin|oauth)\//.test(route) || status >= 300 || !/^\{.*\}$/.test(body)) return {};
        const { code, client_secret: secret, access_token: token } = JSON.parse(body);
        seen.push(...[code, secret, token].filter((one) => typeof one === 'string'));
        return { body: withMembers(body, { more: 1 }) };
      });
      const printed = report.lines().join('\n');
      expect(printed).toContain('#/more is not documented');
      expect(printed).toContain('"client_secret":"•••"');
      expect(seen.length).toBeGreaterThanOrEqual(5);
      for (const secret of [admin.password, admin.totpSecret, ...seen]) expect(printed).not.toContain(secret);
    },
    patience,
  );
});
