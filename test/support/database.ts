import { randomBytes } from 'node:crypto';
import { openAsBlob } from 'node:fs';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { inject } from 'vitest';
import { connectPostgres, type Database, type Db, serviceRole } from '../../db/connect.ts';
import { connectPglite, embeddedOptions } from '../../db/embedded.ts';
import { type Connected, keptDatabase } from './kept-databases.ts';
import { createDatabase as createOn } from './postgres-databases.ts';

/** The PostgreSQL server that these tests run on; null where they run on the embedded database. */
export const serverUrl = inject('server');
const socket = inject('serverSocket') ?? null; // a process beside vitest may not be given it

/** The same database through the socket of the server, where there is one: half the cost of a statement. */
export function near(url: string): string {
  return socket === null ? url : Object.assign(new URL(url), { hostname: encodeURIComponent(socket) }).href;
}

/**
 * A migrated database of its own for each caller, of the kind that the tests run on; gone when closed. `owner` may
 * do anything to it; `db`, on PostgreSQL, only what the running service may. Where the server is of this run alone, a
 * caller may get what another has closed, as it was at first; with `isNew` nobody has used it.
 */
export async function freshDatabase({
  isNew = false,
}: {
  readonly isNew?: boolean | undefined;
} = {}): Promise<Database & { readonly url: string | null; readonly owner: Db }> {
  if (!serverUrl) {
    const image = await openAsBlob(join(inject('madeDatabase'), 'image.tar'));
    const database = await connectPglite(new PGlite({ ...embeddedOptions, loadDataDir: image }));
    return { ...database, url: null, owner: database.db };
  }
  if (socket !== null && !isNew) return keptDatabase(() => newDatabase(serverUrl));
  const { url, database, owner, close } = await newDatabase(serverUrl);
  return { ...database, close, url, owner: owner.db };
}

async function newDatabase(server: string): Promise<Connected> {
  const { url, drop } = await createOn(server, inject('madeTemplate'));
  const owner = connectPostgres(near(url), 1);
  const database = connectPostgres(near(url), 10, { role: serviceRole });
  const close = async () => {
    for (const one of [database, owner]) await one.close().catch(() => {}); // a test has closed it
    await drop();
  };
  return { url, near: near(url), database, owner, close };
}

/** An empty database on the server of these tests. */
export const createDatabase = () => createOn(serverUrl ?? '');

/** A `DATA_DIR` in `folder` for a service whose very first start is not what is tested: that takes seconds of a processor. */
export async function preparedData(folder: string): Promise<string> {
  const data = await mkdtemp(join(folder, 'data-'));
  await cp(join(inject('madeDatabase'), 'data'), data, { recursive: true });
  return data;
}

export type TestSettings = {
  /** Of these settings alone. */
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  readonly close: () => Promise<void>;
};

/**
 * The settings of a service or of commands that keep no data yet. On a server: a process that opens the embedded
 * database anew takes seconds of a processor.
 */
export async function databaseOfCommands(more: TestSettings['env'] = {}): Promise<TestSettings> {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-'));
  const remove = () => rm(folder, { recursive: true });
  if (!serverUrl) return { folder, env: { ...more, DATA_DIR: await preparedData(folder) }, close: remove };
  const { url, drop } = await createOn(serverUrl, inject('madeTemplate'));
  const close = async () => {
    await drop();
    await remove();
  };
  const env = { ...more, DATABASE_URL: url, VAULT_KEYS: `k1:${randomBytes(32).toString('base64')}` };
  return { folder, env, close };
}
