import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { Kysely, PGliteDialect } from 'kysely';
import { type Database, logOf, plugins, type QueryListener } from './connect.ts';
import { lockFolder } from './lock-folder.ts';
import { keepPrivate } from './private-folder.ts';
import type { Tables } from './schema.ts';

/** PostgreSQL zeroes its buffers at each start. The default of 128 MB would take longer than the rest of the start. */
export const embeddedOptions = { startParams: [...PGlite.defaultStartParams, '-c', 'shared_buffers=16MB'] };

/**
 * Opens PostgreSQL in WebAssembly, in a folder or in memory (`memory:`). A folder belongs to one process: see
 * lockFolder. Throws an Error that names the folder.
 */
export async function connectEmbedded(folder: string, onQuery?: QueryListener): Promise<Database> {
  if (folder === 'memory:') return connectPglite(new PGlite(embeddedOptions), undefined, onQuery);
  const unlock = await lockFolder(folder);
  const data = join(folder, 'database');
  try {
    const pglite = new PGlite(data, embeddedOptions);
    await pglite.waitReady;
    await keepPrivate(data);
    return await connectPglite(pglite, unlock, onQuery);
  } catch (cause) {
    await unlock();
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Error(
      `The embedded database in ${data} cannot be opened: ${why}. Restore a copy of ${folder}, or choose another DATA_DIR.`,
      { cause },
    );
  }
}

/** Wraps an embedded database that already exists. `close` calls `release`. */
export async function connectPglite(
  pglite: PGlite,
  release = async () => {},
  onQuery?: QueryListener,
): Promise<Database> {
  await pglite.waitReady;
  const db = new Kysely<Tables>({ dialect: new PGliteDialect({ pglite }), plugins, ...logOf(onQuery) });
  return {
    db,
    listen: async (channel, heard) => void (await pglite.listen(channel, heard)),
    close: async () => {
      await db.destroy();
      await release();
    },
  };
}
