import { openAsBlob } from 'node:fs';
import { PGlite } from '@electric-sql/pglite';

/** With what the migrations wrote into it, by table. */
type Lent = { readonly pglite: PGlite; readonly seeds: ReadonlyMap<string, string> };

const free: Lent[] = [];
const mostUsers = 2_000; // of more it is better rid of

/**
 * An embedded database that begins from the migrated image and comes back when it is closed: to start another takes ten
 * times as long as to empty one. To whoever has closed it, it is closed.
 */
export async function lendDatabase(image: string): Promise<PGlite> {
  const lent = free.pop() ?? (await started(image));
  const leaving: (() => Promise<void>)[] = [];
  let closed = false;
  let altered = false; // a test has broken it on purpose
  const assertOpen = () => {
    if (closed) throw new Error('PGlite is closed');
  };
  const own = {
    close: async () => {
      assertOpen();
      closed = true;
      for (const leave of leaving) await leave();
      await (altered ? lent.pglite.close() : takeBack(lent));
    },
    listen: async (...given: Parameters<PGlite['listen']>) => {
      assertOpen();
      const leave = await lent.pglite.listen(...given);
      leaving.push(leave);
      return leave;
    },
  };
  return new Proxy(lent.pglite, {
    get(target, name) {
      if (name === 'closed') return closed;
      if (name === 'close' || name === 'listen') return own[name];
      const value = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      return (...given: unknown[]) => {
        assertOpen();
        altered ||= /\b(alter|create|drop)\b/i.test(String(given[0]));
        return Reflect.apply(value, target, given);
      };
    },
  });
}

async function started(image: string): Promise<Lent> {
  const pglite = new PGlite({ loadDataDir: await openAsBlob(image) });
  const seeds = new Map<string, string>();
  for (const table of await tablesOf(pglite)) {
    const { rows } = await pglite.query<{ all: string | null }>(
      `select json_agg(t)::text as all from ${table} t`,
    );
    if (rows[0]?.all) seeds.set(table, rows[0].all);
  }
  return { pglite, seeds };
}

async function takeBack(lent: Lent): Promise<void> {
  const { pglite, seeds } = lent;
  try {
    const { rows } = await pglite.query<{ users: number }>('select count(*)::int as users from users');
    if ((rows[0]?.users ?? 0) > mostUsers) return await pglite.close();
    await pglite.exec(`truncate ${(await tablesOf(pglite)).join(', ')} restart identity cascade`);
    for (const [table, all] of seeds)
      await pglite.query(`insert into ${table} select * from json_populate_recordset(null::${table}, $1)`, [
        all,
      ]);
    free.push(lent);
  } catch {
    await pglite.close().catch(() => {});
  }
}

async function tablesOf(pglite: PGlite): Promise<readonly string[]> {
  const { rows } = await pglite.query<{ name: string }>(
    `select quote_ident(tablename) as name from pg_tables where schemaname = 'public' and tablename not like 'kysely%'`,
  );
  return rows.map(({ name }) => name);
}
