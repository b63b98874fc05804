import pg from 'pg';
import { connectPostgres } from '../db/connect.ts';
import { migrate } from '../db/migrate.ts';
import { genesis } from '../src/domain/audit/seal.ts';
import { eventsHashOf, marksOf } from '../src/features/audit/digests.ts';
import { inMicros, signed } from '../src/features/audit/seal-events.ts';
import { saveSeal } from '../src/features/audit/seal-store.ts';
import type { Vault } from '../src/lib/crypto/vault.ts';

/** Events are written in parts, because one statement of ten million rows would keep the server from cleaning up. */
const part = 1_000_000;

/**
 * Migrates an empty database and fills it: so many users, each with an app and recovery codes, a third of them in a grace
 * period, and ten audit events each, of thirty days. The events count as sealed.
 */
export async function fill(url: string, vault: Vault, people: number): Promise<void> {
  const database = connectPostgres(url, 1);
  await migrate(database.db);
  const client = new pg.Client({ connectionString: url }); // the service's own give up after five seconds
  await client.connect();
  for (const statement of usersOf(people)) await client.query(statement);
  const events = people * 10;
  for (let from = 1; from <= events; from += part)
    await client.query(eventsOf(from, Math.min(from + part - 1, events), people));
  await client.query('vacuum analyze'); // as autovacuum leaves them
  await client.query('checkpoint');
  await client.end();
  const now = new Date();
  const seal = {
    ...{ number: 1, events: `1-${events}`, count: events, reached: events, open: '' },
    ...{ lastAt: inMicros(now), sealedAt: inMicros(now), eventsHash: eventsHashOf([]), marks: marksOf([]) },
    ...{ previous: genesis.hash, key: vault.signer.keys[0] },
  };
  await saveSeal(database.db, signed(vault.signer, seal));
  await database.close();
}

/** Ids follow from the number, so that events can name users without a join. */
const idOf = (number: string) => `md5('person' || ${number})::uuid`;

const usersOf = (people: number) => [
  `insert into users (id, username, email, phone, password_hash, password_changed_at, roles, status, created_at)
    select ${idOf('i')}, 'person' || i, 'person' || i || '@county.example', '+1509' || lpad((i % 10000000)::text, 7, '0'),
      repeat('h', 97), now(), case when i % 1000 = 0 then '{admin}' when i % 50 = 1 then '{user,vendor}' else '{user}' end::text[],
      case when i % 20 = 3 then 'disabled' else 'active' end, now() - i % 900 * interval '1 day'
    from generate_series(1, ${people}) i`,
  `insert into throttles (user_id, window_ends_at) select id, now() from users`,
  `insert into factors (id, user_id, method, label, data_sealed, is_default, created_at, confirmed_at)
    select gen_random_uuid(), id, 'totp', 'App', repeat('x', 150), true, created_at, created_at from users`,
  `insert into factors (id, user_id, method, label, data_sealed, is_backup, created_at, confirmed_at)
    select gen_random_uuid(), id, 'recovery_code', 'Recovery codes', repeat('x', 900), true, created_at, created_at
    from users`,
  `insert into graces (user_id, started_at, ends_at)
    select id, now(), now() + random() * interval '14 days' - interval '7 days' from users where random() < 0.33`,
  `insert into login_throttles (subject, network, failures, window_ends_at, last_success_at)
    select encode(sha256(username::bytea), 'base64'), '192.0.2.0', 0, now(), now() from users`,
  `insert into last_logins (user_id, at) select id, now() - random() * interval '30 days' from users`,
];

const eventsOf = (from: number, until: number, people: number) => `
  insert into audit_events (at, type, outcome, user_id, area, method, session_id, request_id, ip, user_agent, detail)
  select now() - interval '30 days' + i * (interval '30 days' / ${people * 10}), (array['authn_login_success', 'mfa_passed',
      'mfa_passed', 'mfa_challenge', 'mfa_challenge', 'session_refreshed', 'session_refreshed', 'mfa_failed',
      'mfa_recovery_code_used', 'authn_login_fail'])[1 + (i + i / ${people}) % 10], 'success', ${idOf(`1 + i % ${people}`)}, 'public', 'totp',
    gen_random_uuid(), gen_random_uuid()::text, '192.0.2.1', repeat('Mozilla ', 12),
    jsonb_build_object('username', 'person' || 1 + i % ${people})
  from generate_series(${from}, ${until}) i`;
