import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { connectPostgres } from '../db/connect.ts';
import { migrate } from '../db/migrate.ts';
import type { Plan } from '../test/model/play.ts';
import { createDatabase } from '../test/support/postgres-databases.ts';
import { startPackagedPostgres } from '../test/support/postgres-package.ts';

/*
 * npm run model -- [--histories 10000] [--instances 2] [--seed N] [--path P] [--no-shrink]
 *
 * Plays histories of users, an administrator and thieves against the service, and compares each answer with the facts
 * of test/model. Processes share them, two at least and one for each processor. It ends with 1 at the first history that
 * disagrees, and prints it as short as it can be. `--seed` and `--path` play that history again.
 *
 * It runs on the PostgreSQL server of TEST_DATABASE_URL, or on one from its npm package.
 */
const { values } = parseArgs({
  options: {
    histories: { type: 'string', default: '1000' },
    instances: { type: 'string', default: '2' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
    path: { type: 'string' },
    'no-shrink': { type: 'boolean', default: false },
  },
});

function whole(name: 'histories' | 'instances' | 'seed', least: number, most: number): number {
  const value = values[name];
  if (/^\d+$/.test(value) && Number(value) >= least && Number(value) <= most) return Number(value);
  process.stderr.write(`--${name} must be a whole number from ${least} to ${most}\n`);
  return process.exit(2);
}

const histories = whole('histories', 1, 10_000_000);
const instances = whole('instances', 1, 2) === 1 ? 1 : 2;
const seed = whole('seed', 0, 2 ** 31 - 1);
const fewestEach = 50; // a process that starts costs as much

/** The histories of each process, whose seeds follow one another. */
function plans(): readonly Plan[] {
  const rest = { instances, path: values.path, shrink: !values['no-shrink'] } as const;
  if (values.path !== undefined) return [{ histories, seed, ...rest }];
  const most = Math.max(2, availableParallelism());
  const count = Math.max(1, Math.min(most, Math.floor(histories / fewestEach)));
  return Array.from({ length: count }, (_, at) => ({
    histories: Math.floor(histories / count) + (at < histories % count ? 1 : 0),
    seed: seed + at,
    ...rest,
  }));
}

async function openServer() {
  const { TEST_DATABASE_URL: url } = process.env;
  if (url) return { url, close: async () => {} };
  const started = await startPackagedPostgres();
  if ('fault' in started) throw new Error(`No PostgreSQL. Set TEST_DATABASE_URL. ${started.fault}`);
  return started;
}

const children = new Set<ReturnType<typeof spawn>>();

/** Resolves to whether the histories agree. The first that does not ends the others. */
async function playIn(plan: Plan, given: Readonly<Record<string, string>>): Promise<boolean> {
  const child = spawn(process.execPath, ['test/model/alone.ts'], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, GIVEN_TO_RUN: JSON.stringify(given), PLAN: JSON.stringify(plan) },
  });
  children.add(child);
  const code = await new Promise((resolve) => child.once('exit', resolve));
  children.delete(child);
  if (code !== 0) for (const other of children) other.kill();
  return code === 0;
}

const server = await openServer();
const recordOfRun = await mkdtemp(join(tmpdir(), 'sallyport-model-'));
const template = await createDatabase(server.url);
try {
  const { db, close } = connectPostgres(template.url, 1);
  await migrate(db);
  await close();
  const given = { server: server.url, madeTemplate: template.name, recordOfRun };
  const began = performance.now();
  const agree = await Promise.all(plans().map((plan) => playIn(plan, given)));
  const seconds = (performance.now() - began) / 1000;
  const agreed = agree.every(Boolean);
  if (agreed) process.stdout.write(`model: all agree, after ${Math.round(seconds)} s\n`);
  process.exitCode = agreed ? 0 : 1;
} finally {
  await template.drop();
  await server.close();
  await rm(recordOfRun, { recursive: true });
}
