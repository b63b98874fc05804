import { mkdtempSync, rmSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import type { TestProject } from 'vitest/node';
import { connectPostgres } from '../../db/connect.ts';
import { connectPglite, embeddedOptions } from '../../db/embedded.ts';
import { migrate } from '../../db/migrate.ts';
import { loadDataKeys } from '../../src/service/embedded-keys.ts';
import { createDatabase } from './postgres-databases.ts';
import { startPackagedPostgres } from './postgres-package.ts';
import { assertNoSecretLogged } from './secret-hunt.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** URL of a PostgreSQL server, as its superuser; null: the tests run on the embedded database. */
    server: string | null;
    /** The folder of the server's socket; null where the tests know of none. */
    serverSocket: string | null;
    /** A migrated database on the server. The databases of the tests are copies of it. */
    madeTemplate: string;
    /** A folder: a migrated embedded database, as `image.tar` and as `data`. Making one anew takes seconds. */
    madeDatabase: string;
    /** A folder: what the tests made secret and what was logged; see secret-record.ts. */
    recordOfRun: string;
  }
}

/** Says which database the tests of a project run on, and makes what all of them begin from. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const undo: (() => Promise<void>)[] = [];
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-tests-'));
  undo.push(() => rm(folder, { recursive: true }));
  project.provide('recordOfRun', folder);
  if (project.name !== 'stories') process.env.NODE_COMPILE_CACHE ??= compiledCode();
  const server = project.name === 'embedded' ? embeddedAlone : await openServer();
  process.stdout.write(`${project.name}: the tests run on ${server.name}.\n`);
  undo.push(server.close);
  project.provide('server', server.url);
  project.provide('serverSocket', server.socket);
  if (server.url) {
    const template = await makeTemplate(server.url);
    undo.push(template.drop);
    project.provide('madeTemplate', template.name);
  }
  if (!server.url || project.name !== 'stories') {
    const madeDatabase = join(folder, 'database');
    await makeDatabase(madeDatabase);
    project.provide('madeDatabase', madeDatabase);
  }
  undo.push(async () => void process.stdout.write(assertNoSecretLogged(folder)));
  return async () => {
    const faults: unknown[] = [];
    for (const step of undo.reverse()) await step().catch((fault) => faults.push(fault));
    if (faults.length > 0) throw faults[0];
  };
}

/**
 * A folder for the compiled code of all workers and processes: see compile-cache.ts. Workers of another project may
 * still write to it when this one has ended, so it goes when the run does. The workers of the stories begin at once and
 * start few processes, so they would only write to it, for seconds.
 */
function compiledCode(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-compiled-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}

const embeddedAlone = {
  name: 'the embedded database (PGlite)',
  url: null,
  socket: null,
  close: async () => {},
};

/** The server that TEST_DATABASE_URL names, or one from the npm package of this platform; else the embedded database. */
async function openServer() {
  const { TEST_DATABASE_URL: url } = process.env;
  if (url)
    return { name: 'the PostgreSQL server in TEST_DATABASE_URL', url, socket: null, close: async () => {} };
  const started = await startPackagedPostgres();
  if (!('fault' in started)) return { name: 'PostgreSQL from its npm package', ...started };
  const because = `PostgreSQL from its npm package does not start: ${started.fault}`;
  return { ...embeddedAlone, name: `${embeddedAlone.name}, which takes longer. ${because}` };
}

/** As small as possible, because it is copied hundreds of times. */
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
