import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import type { TestProject } from 'vitest/node';
import { connectPglite } from '../../db/connect.ts';
import { migrate } from '../../db/migrate.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** A file: a migrated embedded database, from which each test file begins. Making one anew takes seconds. */
    imageOfDatabase: string;
  }
}

/** Says on which database the tests run, so that a log shows it, and makes what all of them begin from. */
export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  if (process.env.TEST_DATABASE_URL) {
    process.stdout.write('Tests run on PostgreSQL.\n');
    return undefined;
  }
  process.stdout.write('Tests run on the embedded database (PGlite).\n');
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-tests-'));
  const file = join(folder, 'database.tar');
  const pglite = new PGlite();
  const database = await connectPglite(pglite);
  await migrate(database.db);
  const image = await pglite.dumpDataDir('none');
  await writeFile(file, Buffer.from(await image.arrayBuffer()));
  await database.close();
  project.provide('imageOfDatabase', file);
  return () => rm(folder, { recursive: true });
}
