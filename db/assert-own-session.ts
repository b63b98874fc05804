import { sql } from 'kysely';
import pg from 'pg';
import type { Db } from './connect.ts';
import { answerMs, ask } from './prepare-session.ts';

/**
 * Throws if a pooler shares one server connection among several clients. Then clients would overwrite each other's role
 * and settings, and no client would get a notification.
 */
export async function assertOwnSession(db: Db, url: string): Promise<void> {
  await db.connection().execute(async (held) => {
    const { rows } = await sql.raw<{ backend: string }>(backend).execute(held);
    const other = new pg.Client({ connectionString: url, connectionTimeoutMillis: answerMs });
    other.on('error', () => {});
    try {
      await other.connect();
      const found = await ask(other, backend);
      if (found.rows[0]?.backend !== rows[0]?.backend) return;
    } finally {
      other.end().catch(() => {});
    }
    throw new Error(
      'A connection pooler shares one connection among several clients. Sallyport needs connections of its own. Set pool_mode = session in PgBouncer, or connect to PostgreSQL without the pooler.',
    );
  });
}

/** Identifies the server process behind a connection. */
const backend = `select concat_ws(' ', pg_backend_pid(), pg_postmaster_start_time()) as backend`;
