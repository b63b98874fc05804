import { randomBytes } from 'node:crypto';
import { openAsBlob } from 'node:fs';
import { cp, mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import pg from 'pg';
import { inject } from 'vitest';
import {
  connectPglite,
  connectPostgres,
  type Database,
  type Db,
  embeddedOptions,
  serviceRole,
} from '../../db/connect.ts';

/** The server that `npm run test:postgres` names; without it tests run on the embedded database. */
export const serverUrl = process.env.TEST_DATABASE_URL;

/**
 * An empty database of its own for each caller, on whichever kind the tests run; migrated, and gone when closed. `owner` may
 * do anything to it; `db`, on PostgreSQL, only what the running service may.
 */
export async function freshDatabase(): Promise<
  Database & { readonly url: string | null; readonly owner: Db }
> {
  if (!serverUrl) {
    const image = await openAsBlob(join(inject('madeDatabase'), 'image.tar'));
    const database = await connectPglite(new PGlite({ ...embeddedOptions, loadDataDir: image }));
    return { ...database, url: null, owner: database.db };
  }
  const { url, drop } = await createDatabase(serverUrl, inject('madeTemplate'));
  const owner = connectPostgres(url, 1);
  const database = connectPostgres(url, 10, { role: serviceRole });
  const close = async () => {
    await database.close();
    await owner.close();
    await drop();
  };
  return { ...database, close, url, owner: owner.db };
}

/** A `DATA_DIR` in `folder` for a service whose very first start is not what is tested: that takes seconds of a processor. */
export async function preparedData(folder: string): Promise<string> {
  const data = await mkdtemp(join(folder, 'data-'));
  await cp(join(inject('madeDatabase'), 'data'), data, { recursive: true });
  return data;
}

/** An empty one, or a copy of another. */
export async function createDatabase(server: string, template = 'template1') {
  const name = `sallyport_test_${randomBytes(6).toString('hex')}`;
  await onServer(server, `create database ${name} template ${template}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return {
    name,
    url: url.href,
    drop: () => onServer(server, `drop database if exists ${name} with (force)`),
  };
}

async function onServer(server: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
