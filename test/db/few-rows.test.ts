import { sql } from 'kysely';
import { beforeAll, describe, expect, test } from 'vitest';
import { connectPostgres } from '../../db/connect.ts';
import { sweep } from '../../db/sweep.ts';
import { findEvents } from '../../src/features/audit/event-store.ts';
import { serverUrl } from '../support/database.ts';
import { rowsRead } from '../support/rows-read.ts';
import { useWorld } from '../support/use-world.ts';

const count = 20_000;
const few = 500;

describe.skipIf(!serverUrl)('of twenty thousand', () => {
  const world = useWorld();
  const url = () => world.database.url ?? '';

  beforeAll(async () => {
    const { db } = world.database;
    const { id } = await world.user({ username: 'one-of-many' });
    await sql`
      insert into audit_events (at, type, outcome, user_id, detail)
      select now(), 'mfa_passed', 'success', case when n % 1000 = 0 then ${id}::uuid else gen_random_uuid() end,
        case when n % 1000 = 0 then null else jsonb_build_object('username', 'name' || n % 1000) end
      from generate_series(1, ${count}::int) n`.execute(db);
    await sql`
      insert into factors (id, user_id, method, label, data_sealed, created_at, confirmed_at)
      select gen_random_uuid(), ${id}::uuid, 'totp', 'App', 'x', now(), now()
      from generate_series(1, ${count}::int)`.execute(db);
    const owner = connectPostgres(url(), 1); // the service may not analyze
    await sql`analyze audit_events`.execute(owner.db);
    await sql`analyze factors`.execute(owner.db);
    await owner.close();
  });

  test.each(['name7', 'one-of-many', 'nobody'])(
    'events, those of one name read few rows: %s',
    async (username) => {
      const page = { limit: 51, before: null };
      const rows = await rowsRead(url(), 'from "audit_events"', (own) =>
        findEvents(own.db, { username }, page),
      );
      expect(rows).toBeLessThan(few);
    },
  );

  test('factors, sweeping reads only those that have an end', async () => {
    const rows = await rowsRead(url(), 'from factors where expires_at', (own) => sweep(own.db, new Date()));
    expect(rows).toBeLessThan(few);
  });
});
