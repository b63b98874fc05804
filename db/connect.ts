import { CamelCasePlugin, Kysely, type LogEvent, PostgresDialect } from 'kysely';
import pg from 'pg';
import { keepListening, type ListeningTimes } from './notification-listener.ts';
import { type Purpose, prepareSession } from './prepare-session.ts';
import { resilientClient } from './resilient-client.ts';
import type { Tables } from './schema.ts';

/** The pool or a transaction: the same type, so that a store never asks which it was given. */
export type Db = Kysely<Tables>;

export type Database = {
  readonly db: Db;
  /** Calls back with the payload of each NOTIFY on `channel`, from whichever instance it came. */
  readonly listen: (channel: string, heard: (payload: string) => void) => Promise<void>;
  readonly close: () => Promise<void>;
  /** Its connections; the embedded database has none. */
  readonly pool?: () => PoolState;
};

export type PoolState = {
  readonly total: number;
  readonly idle: number;
  readonly waiting: number;
  readonly max: number;
};

/** Hears of each statement when it is done: its text, which holds no value, and how long it took. */
export type QueryListener = (text: string, milliseconds: number, failed: boolean) => void;

export const plugins = [
  new CamelCasePlugin({ maintainNestedObjectKeys: true, underscoreBetweenUppercaseLetters: true }), // in_a_row
];

// int8 arrives as a string by default, and '10' + 1 is '101'. Nothing here counts past 2^53.
pg.types.setTypeParser(pg.types.builtins.INT8, Number);

/** What the running service is to the database: it may not change or remove what the audit holds. Made by a migration. */
export const serviceRole = 'sallyport_service';

export type Connecting = Purpose & {
  readonly role?: typeof serviceRole;
  readonly hear?: QueryListener | undefined;
  readonly listening?: ListeningTimes | undefined;
};

/** PostgreSQL 15 or newer, at a postgres:// URL. */
export function connectPostgres(
  url: string,
  poolMax: number,
  { hear, listening: times, ...purpose }: Connecting = {},
): Database {
  const limits = {
    connectionTimeoutMillis: 3_000,
    ...(purpose.migrates ? { keepAlive: true } : { query_timeout: 5_000 }),
  };
  const onConnect = (client: pg.ClientBase) => prepareSession(client, purpose);
  const pool = new pg.Pool({ connectionString: url, max: poolMax, ...limits, onConnect });
  pool.on('connect', (client) => {
    client.on('error', () => {}); // it broke while in use: its queries fail, and the process must not end with them
    resilientClient(client);
  });
  pool.on('error', () => {}); // an idle connection broke; the next query opens another or says why not

  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }), plugins, ...logOf(hear) });
  const listening = keepListening(url, times);
  const close = async () => {
    await listening.close();
    await db.destroy();
  };
  const state = () => {
    const { totalCount: total, idleCount: idle, waitingCount: waiting } = pool;
    return { total, idle, waiting, max: poolMax };
  };
  return { db, listen: listening.listen, close, pool: state };
}

/** Kysely tells of a statement after it, in the same asynchronous context. */
export function logOf(hear: QueryListener | undefined) {
  if (!hear) return {};
  const log = ({ level, query, queryDurationMillis }: LogEvent) =>
    hear(query.sql, queryDurationMillis, level === 'error');
  return { log };
}
