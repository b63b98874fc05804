import { sql } from 'kysely';
import type { Database, Db } from '../../db/connect.ts';
import { keepListening } from '../../db/notification-listener.ts';
import { keepState } from './kept-state.ts';

/** A database with its connections, which `close` ends with it. */
export type Connected = {
  readonly url: string;
  /** The same, by the shorter way. */
  readonly near: string;
  readonly database: Database;
  readonly owner: Database;
  readonly close: () => Promise<void>;
};

type Kept = Connected & { readonly restore: () => Promise<void>; readonly shape: string };

/** Of this process: those that no test uses now. */
const free: Kept[] = [];

/**
 * A database that a test before has used, put back to what it was when it was made; else a new one. The connections stay
 * open, with the statements that they have prepared. A new database with new connections costs twenty times as much.
 * One whose tables or rights a test changed, or that has grown, is dropped and not used again.
 */
export async function keptDatabase(make: () => Promise<Connected>): Promise<ReturnType<typeof lend>> {
  for (let kept = free.pop(); kept; kept = free.pop()) {
    if (await isRestored(kept)) return lend(kept);
    await kept.close();
  }
  return lend(await keep(await make()));
}

async function keep(made: Connected): Promise<Kept> {
  const { db } = made.owner;
  const restore = await keepState(db, 'as_made');
  return { ...made, restore, shape: await shapeOf(db) };
}

function lend(kept: Kept) {
  const { database, owner, url, near } = kept;
  const listening = keepListening(near); // of this use alone: else a test before would hear what this one does
  let isReturned = false;
  const close = async () => {
    if (isReturned) return;
    isReturned = true;
    await listening.close();
    free.push(kept);
  };
  return { ...database, owner: owner.db, url, listen: listening.listen, close };
}

async function isRestored({ owner, shape, restore }: Kept): Promise<boolean> {
  try {
    if ((await shapeOf(owner.db)) !== shape) return false;
    await restore();
    return true;
  } catch {
    return false; // a test has closed it, or broken it
  }
}

/** All but the rows: tables, rights, triggers, functions, the size to a few megabytes, and statistics, which decide on plans. */
async function shapeOf(db: Db): Promise<string> {
  const { rows } = await sql<{ shape: string }>`
    with own as (select oid from pg_namespace where nspname = 'public'),
    lines as (
      select concat_ws(' ', 'relation', relname, relkind, relacl, reloptions, reltuples) as line
        from pg_class where relnamespace in (select oid from own)
      union all
      select concat_ws(' ', 'column', attrelid::regclass, attname, atttypid, attnotnull, attacl, attisdropped)
        from pg_attribute a join pg_class c on c.oid = attrelid where relnamespace in (select oid from own)
      union all
      select concat_ws(' ', 'default', adrelid::regclass, adnum, md5(adbin::text)) from pg_attrdef
      union all
      select concat_ws(' ', 'trigger', tgrelid::regclass, tgname, tgenabled) from pg_trigger where not tgisinternal
      union all
      select concat_ws(' ', 'constraint', conrelid::regclass, conname, convalidated) from pg_constraint
        where connamespace in (select oid from own)
      union all
      select concat_ws(' ', 'function', oid::regprocedure, md5(prosrc), proacl, proconfig) from pg_proc
        where pronamespace in (select oid from own)
      union all
      select concat_ws(' ', 'schema', nspname, nspacl) from pg_namespace where oid in (select oid from own)
      union all
      select concat_ws(' ', 'setting', setdatabase, setrole, setconfig) from pg_db_role_setting
        where setdatabase in (0, (select oid from pg_database where datname = current_database()))
      union all
      select concat_ws(' ', 'size', pg_database_size(current_database()) / 16000000)
    )
    select md5(string_agg(line, chr(10) order by line)) as shape from lines`.execute(db);
  return rows[0]?.shape ?? '';
}
