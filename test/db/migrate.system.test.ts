import { sql } from 'kysely';
import { expect, onTestFinished, test } from 'vitest';
import { connectEmbedded } from '../../db/embedded.ts';
import { migrate } from '../../db/migrate.ts';
import { freshDatabase, serverUrl } from '../support/database.ts';

test.skipIf(!serverUrl)(
  'the embedded database migrates as PostgreSQL does: the same tables and columns',
  async () => {
    const embedded = await connectEmbedded('memory:');
    onTestFinished(embedded.close);
    expect(await migrate(embedded.db)).toContain('0001_users_factors_sessions');
    const other = await freshDatabase();
    onTestFinished(other.close);
    expect(await columnsOf(embedded.db)).toEqual(await columnsOf(other.db));
  },
);

async function columnsOf(db: Awaited<ReturnType<typeof freshDatabase>>['db']) {
  const { rows } = await sql<{ column: string }>`
    select concat_ws(' ', table_name, column_name, data_type, is_nullable, column_default) as column
    from information_schema.columns where table_schema = 'public'
    order by table_name, ordinal_position`.execute(db);
  expect(rows.length).toBeGreaterThan(50);
  return rows;
}
