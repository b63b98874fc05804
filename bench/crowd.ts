import pg from 'pg';
import { connectPostgres } from '../db/connect.ts';
import { migrate } from '../db/migrate.ts';
import { presets } from '../src/domain/policy/policy.ts';
import { toStored } from '../src/domain/policy/stored-policy.ts';
import { readAdoption } from '../src/features/adoption/read-adoption.ts';
import { createProviders } from '../src/features/mfa/providers.ts';
import { findRollout } from '../src/features/policy/rollout-store.ts';
import { simulateArea } from '../src/features/policy/simulate-area.ts';
import { listAccounts } from '../src/features/user-admin/list-accounts.ts';
import { onOwnDatabase } from './own-database.ts';

/** A hundred thousand users, two thirds of them enrolled, a third in a grace, and a million events of thirty days. */
const crowd = [
  `insert into users (id, username, password_changed_at, roles, status, created_at)
    select gen_random_uuid(), 'person' || i, now(),
      case when i % 100 = 0 then '{admin}' when i % 50 = 1 then '{user,vendor}' else '{user}' end::text[],
      case when i % 20 = 3 then 'disabled' else 'active' end, now() from generate_series(1, 100000) i`,
  `insert into factors (id, user_id, method, label, data_sealed, is_default, created_at, confirmed_at)
    select gen_random_uuid(), id, (array['totp', 'sms', 'email'])[1 + floor(random() * 3)], 'bench', repeat('x', 150), nth = 1,
      now(), now() from users, generate_series(1, 2) nth where random() < 0.42`,
  `insert into factors (id, user_id, method, label, data_sealed, is_backup, created_at, confirmed_at)
    select gen_random_uuid(), user_id, 'recovery_code', 'bench', repeat('x', 900), true, now(), now()
    from factors where is_default`,
  `insert into graces (user_id, started_at, ends_at)
    select id, now(), now() + random() * interval '14 days' - interval '7 days' from users where random() < 0.33`,
  `insert into audit_events (at, type, outcome, user_id, area, method, session_id, request_id, ip, user_agent)
    select now() - interval '30 days' + i * interval '2.592 seconds', (array['authn_login_success', 'mfa_passed',
        'mfa_passed', 'mfa_challenge', 'mfa_challenge', 'session_refreshed', 'session_refreshed', 'mfa_failed',
        'mfa_recovery_code_used', 'mfa_factor_added'])[1 + floor(random() * 10)], 'success', gen_random_uuid(),
      'public', 'totp', gen_random_uuid(), gen_random_uuid()::text, '192.0.2.1', repeat('Mozilla ', 12)
    from generate_series(1, 1000000) i`,
  'vacuum analyze', // as autovacuum leaves them
];

const nobody = async () => {};
const providers = createProviders({ serviceName: 'bench', mac: () => '', sendMail: nobody });

await onOwnDatabase(async (url) => {
  const database = connectPostgres(url, 10);
  await migrate(database.db);
  const client = new pg.Client({ connectionString: url }); // the service's own give up after five seconds
  await client.connect();
  for (const statement of crowd) await client.query(statement);
  await client.end();

  const { db } = database;
  const policies = presets.standard;
  const deps = { db, providers, policies, preset: policies, rollout: await findRollout(db) };
  const required = { ...toStored(presets.standard.public), mfa: 'required' } as const;
  const cursor = Buffer.from('person5').toString('base64url');
  const admins = { role: 'admin', enrolled: true } as const;

  console.log(
    `adoption, no day counted yet  ${(await msOf(() => readAdoption(database, 30))).toFixed(0)} ms\n`,
  );
  console.log('of 20 each, goal 300 ms:');
  await report('GET /admin/adoption', () => readAdoption(database, 30));
  await report('GET /admin/users', () => listAccounts(deps, {}, { limit: 50, cursor }));
  await report('  those who are admins and enrolled', () =>
    listAccounts(deps, admins, { limit: 50, cursor }),
  );
  await report('  those with a text in their name', () =>
    listAccounts(deps, { q: 'n9999' }, { limit: 50, cursor: undefined }),
  );
  await report('  those who are locked', () =>
    listAccounts(deps, { locked: true }, { limit: 50, cursor: undefined }),
  );
  await report('POST /admin/areas/public/simulate', () =>
    simulateArea(deps, 'public', required, { of: 'refused', limit: 50, cursor }),
  );
  await database.close();
});

async function report(what: string, ask: () => Promise<unknown>): Promise<void> {
  const times: number[] = [];
  for (let at = 0; at < 20; at += 1) times.push(await msOf(ask));
  const [middle = 0, slowest = 0] = times.sort((a, b) => a - b).filter((_, at) => at === 10 || at === 19);
  console.log(`${what.padEnd(36)} middle ${middle.toFixed(0)} ms, slowest ${slowest.toFixed(0)} ms`);
}

async function msOf(work: () => Promise<unknown>): Promise<number> {
  const begin = performance.now();
  await work();
  return performance.now() - begin;
}
