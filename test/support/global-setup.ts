import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import type { TestProject } from 'vitest/node';
import { connectPglite } from '../../db/connect.ts';
import { migrate } from '../../db/migrate.ts';
import { assertNoSecretLogged } from './secret-hunt.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** A file: a migrated embedded database, from which each test file begins. Making one anew takes seconds. */
    imageOfDatabase: string;
    /** A folder: what the tests made secret and what was logged; see secret-record.ts. */
    recordOfRun: string;
  }
}

/** Says on which database the tests run, so that a log shows it, and makes what all of them begin from. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-tests-'));
  project.provide('recordOfRun', folder);
  const on = process.env.TEST_DATABASE_URL ? 'PostgreSQL' : 'the embedded database (PGlite)';
  process.stdout.write(`Tests run on ${on}.\n`);
  if (!process.env.TEST_DATABASE_URL) project.provide('imageOfDatabase', await makeImage(folder));
  return async () => {
    try {
      process.stdout.write(assertNoSecretLogged(folder));
    } finally {
      await rm(folder, { recursive: true });
    }
  };
}

async function makeImage(folder: string): Promise<string> {
  const file = join(folder, 'database.tar');
  const pglite = new PGlite();
  const database = await connectPglite(pglite);
  await migrate(database.db);
  const image = await pglite.dumpDataDir('none');
  await writeFile(file, Buffer.from(await image.arrayBuffer()));
  await database.close();
  return file;
}
