import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import type { TestProject } from 'vitest/node';
import { connectPglite, connectPostgres, embeddedOptions } from '../../db/connect.ts';
import { migrate } from '../../db/migrate.ts';
import { loadDataKeys } from '../../src/data-keys.ts';
import { createDatabase, serverUrl } from './database.ts';
import { assertNoSecretLogged } from './secret-hunt.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** A folder: a migrated embedded database, as `image.tar` and as `data`. Making one anew takes seconds. */
    madeDatabase: string;
    /** A migrated database on PostgreSQL, of which each test's is a copy. */
    madeTemplate: string;
    /** A folder: what the tests made secret and what was logged; see secret-record.ts. */
    recordOfRun: string;
  }
}

/** Says on which database the tests run, so that a log shows it, and makes what all of them begin from. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-tests-'));
  project.provide('recordOfRun', folder);
  const on = serverUrl ? 'PostgreSQL' : 'the embedded database (PGlite)';
  process.stdout.write(`Tests run on ${on}.\n`);
  const template = serverUrl ? await makeTemplate(serverUrl) : null;
  if (template) project.provide('madeTemplate', template.name);
  const madeDatabase = join(folder, 'database');
  await makeDatabase(madeDatabase);
  project.provide('madeDatabase', madeDatabase);
  return async () => {
    try {
      process.stdout.write(assertNoSecretLogged(folder));
    } finally {
      await template?.drop();
      await rm(folder, { recursive: true });
    }
  };
}

/** As small as one can be, for it is copied hundreds of times. */
async function makeDatabase(folder: string): Promise<void> {
  const data = join(folder, 'data');
  await mkdir(data, { recursive: true });
  await loadDataKeys(data);
  const options = { ...embeddedOptions, initDbStartParams: ['--wal-segsize=1'] };
  const pglite = new PGlite(join(data, 'database'), options);
  const database = await connectPglite(pglite);
  await migrate(database.db);
  await pglite.query('update pg_database set datistemplate = false');
  for (const template of ['template0', 'template1']) await pglite.query(`drop database ${template}`);
  const image = await pglite.dumpDataDir('none');
  await writeFile(join(folder, 'image.tar'), Buffer.from(await image.arrayBuffer()));
  await database.close();
}

async function makeTemplate(server: string): Promise<{ readonly name: string; drop(): Promise<void> }> {
  const made = await createDatabase(server);
  const { db, close } = connectPostgres(made.url, 1);
  await migrate(db);
  await close();
  return made;
}
