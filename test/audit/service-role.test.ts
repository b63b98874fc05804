import { sql } from 'kysely';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type Db, serviceRole } from '../../db/connect.ts';
import { insertEvents } from '../support/sealed-log.ts';
import { useWorld } from '../support/use-world.ts';
import { createWorld } from '../support/world.ts';

const world = useWorld();

/** An attacker who has taken over the service has its role, but neither the owner's nor the vault's keys. */
function asService(act: (tx: Db) => Promise<unknown>, { database } = world): Promise<void> {
  return database.db.transaction().execute(async (tx) => {
    await sql`set local role ${sql.id(serviceRole)}`.execute(tx);
    await act(tx);
  });
}
const run =
  (...statements: readonly string[]) =>
  async (tx: Db) => {
    for (const statement of statements) await sql.raw(statement).execute(tx);
  };

describe('AU-5 with the role of the service nobody', () => {
  test('has a table of their own in place of the audit, nor acts as its owner, where it is cut', async () => {
    const alone = await createWorld(); // the table stays in the connection
    onTestFinished(alone.close);
    await insertEvents(alone, 3);
    const trap = run(
      `create function pg_temp.spring() returns trigger language plpgsql as $$
        begin delete from public.audit_events; return null; end $$`,
      'create temp table audit_seals (number bigint, events text, hash text, reached bigint, open text, last_at timestamptz)',
      `insert into audit_seals values (1, '', '', 0, '', '2020-01-01'), (2, '', '', 0, '', '2020-01-01')`,
      'create trigger trap after delete on audit_seals for each statement execute function pg_temp.spring()',
      'grant select, delete on audit_seals to public',
      `select cut_audit(1, '2026-01-01', 'key', 'signature')`,
    );
    await asService(trap, alone).catch(() => {});
    expect(await alone.database.db.selectFrom('auditEvents').selectAll().execute()).toHaveLength(3);
  });

  const refused: readonly [string, string][] = [
    ['forges what was migrated', `delete from kysely_migration where name = '0010_sealed_audit'`],
    ['leaves a migration out', `insert into kysely_migration values ('0099_better', '2026-01-01')`],
    ['writes where the chain begins', 'delete from audit_cut'],
    [
      'puts an event where no sealer can read it',
      `insert into audit_events (at, type, outcome) values ('infinity', 'x', 'success')`,
    ],
    [
      'says which number an event has',
      `insert into audit_events (seq, at, type, outcome) overriding system value values (5, '2026-01-01', 'x', 'success')`,
    ],
    ['says which number comes next', `select setval(pg_get_serial_sequence('audit_events', 'seq'), 1)`],
    [
      'nests a detail so deep that nobody can hash it',
      `insert into audit_events (at, type, outcome, detail)
        values ('2026-01-01', 'x', 'success', (repeat('[', 5000) || repeat(']', 5000))::jsonb)`,
    ],
    [
      'puts a seal before the first',
      `insert into audit_seals values (0, '', 0, 0, '', '2020-01-01', '2020-01-01', '', '', '', '', '', '')`,
    ],
    [
      'puts a seal after the last number there is',
      `insert into audit_seals values (9223372036854775807, '', 0, 0, '', '2020-01-01', '2020-01-01', '', '', '', '', '', '')`,
    ],
  ];
  test.each(refused)('%s', async (_, statement) => {
    await expect(asService(run(statement))).rejects.toThrow(/permission denied|violates check/);
  });
});
