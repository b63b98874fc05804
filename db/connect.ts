import {
  CamelCasePlugin,
  Kysely,
  type LogEvent,
  type PluginTransformQueryArgs,
  PostgresDialect,
  type RootOperationNode,
} from 'kysely';
import pg from 'pg';
import { keepListening, type ListeningTimes } from './notification-listener.ts';
import { Pipeline } from './pipeline.ts';
import { type Purpose, prepareSession } from './prepare-session.ts';
import { resilientClient } from './resilient-client.ts';
import type { Tables } from './schema.ts';

/** The pool or a transaction. Both have the same type, so that a store works with either. */
export type Db = Kysely<Tables>;

export type Database = {
  readonly db: Db;
  /** Calls `heard` with the payload of each NOTIFY on `channel`, from any instance. */
  readonly listen: (channel: string, heard: (payload: string) => void) => Promise<void>;
  readonly close: () => Promise<void>;
  /** The state of the pool. The embedded database has none. */
  readonly pool?: () => PoolState;
};

export type PoolState = {
  readonly total: number;
  readonly idle: number;
  readonly waiting: number;
  readonly max: number;
};

/** Called after each statement with its text and its duration. The text contains no values. */
export type QueryListener = (text: string, milliseconds: number, failed: boolean) => void;

/**
 * A statement of `sql` has the names of the database already. To go through its parts would take a tenth of the
 * processor time of a verification.
 */
class ColumnNames extends CamelCasePlugin {
  override transformQuery(query: PluginTransformQueryArgs): RootOperationNode {
    return query.node.kind === 'RawNode' ? query.node : super.transformQuery(query);
  }
}

export const plugins = [
  new ColumnNames({ maintainNestedObjectKeys: true, underscoreBetweenUppercaseLetters: true }), // in_a_row
];

// The driver returns int8 as a string by default, and '10' + 1 is '101'. No number here exceeds 2^53.
pg.types.setTypeParser(pg.types.builtins.INT8, Number);

/** The role of the running service. It cannot change or remove audit records. A migration creates it. */
export const serviceRole = 'sallyport_service';

export type Connecting = Purpose & {
  readonly role?: typeof serviceRole;
  readonly onQuery?: QueryListener | undefined;
  readonly listening?: ListeningTimes | undefined;
};

/** Connects to PostgreSQL 15 or newer at a postgres:// URL. */
export function connectPostgres(
  url: string,
  poolMax: number,
  { onQuery, listening: times, ...purpose }: Connecting = {},
): Database {
  const limits = {
    connectionTimeoutMillis: 3_000,
    ...(purpose.migrates ? { keepAlive: true } : { query_timeout: 5_000 }),
  };
  const onConnect = (client: pg.ClientBase) => prepareSession(client, purpose);
  const pool = new pg.Pool({ connectionString: url, max: poolMax, ...limits, onConnect });
  pool.on('connect', (client) => {
    client.on('error', () => {}); // a connection broke in use: its queries fail, the process goes on
    resilientClient(client);
  });
  pool.on('error', () => {}); // an idle connection broke; the next query opens another or says why not

  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }), plugins, ...logOf(onQuery) });
  const dialect = new PostgresDialect({ pool: new Pipeline(pool) });
  const pipeline = new Kysely<Tables>({ dialect, plugins, ...logOf(onQuery) });
  pipelines.set(db, pipeline);
  const listening = keepListening(url, times);
  const close = async () => {
    await listening.close();
    await pipeline.destroy();
    await db.destroy();
  };
  const state = () => {
    const { totalCount: total, idleCount: idle, waitingCount: waiting } = pool;
    return { total, idle, waiting, max: poolMax };
  };
  return { db, listen: listening.listen, close, pool: state };
}

const pipelines = new WeakMap<Db, Db>();

/**
 * The same database for a short statement of a frequent request, which may share its message and its commit with
 * statements of concurrent requests: see pipeline.ts. A transaction and the embedded database stay what they are.
 */
export function pipelined(db: Db): Db {
  return pipelines.get(db) ?? db;
}

/** Kysely logs a statement after it has run, in the same asynchronous context. */
export function logOf(onQuery: QueryListener | undefined) {
  if (!onQuery) return {};
  const log = ({ level, query, queryDurationMillis }: LogEvent) =>
    onQuery(query.sql, queryDurationMillis, level === 'error');
  return { log };
}
