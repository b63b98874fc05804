import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectPostgres } from '../db/connect.ts';
import { buildApp } from '../src/api/build-app.ts';
import { createHasher } from '../src/features/passwords/password-hash.ts';
import { createVault } from '../src/lib/crypto/vault.ts';
import { createDeps } from '../src/service/create-deps.ts';
import { onOwnDatabase } from './own-database.ts';
import { processorMs } from './processor.ts';
import { freePort } from './service.ts';

const rounds = 5;

/** In milliseconds. Other work of the machine makes a start longer, and its processor time hardly. */
type Start = { readonly took: number; readonly processor: number };

/** How long a start takes until the service says that it is ready, and what building the application is of it. */
await onOwnDatabase(async (url) => {
  const key = randomBytes(32);
  const bare = await middleOf(() => runFor(['--eval', '0']));
  show('a bare Node process', bare);
  const showStart = (what: string, { took, processor }: Start) => show(what, took, { bare, processor });

  const env = { DATABASE_URL: url, VAULT_KEYS: `bench:${key.toString('base64')}` };
  await timeStart(env); // migrates, and leaves what Node has compiled
  showStart('start on PostgreSQL (goal 1 s)', await middleStart(() => timeStart(env)));

  const folder = await mkdtemp(join(tmpdir(), 'sallyport-bench-'));
  try {
    let at = 0;
    const first = () => timeStart({ DATA_DIR: join(folder, String(++at)) });
    showStart('first start, embedded (goal 6 s)', await middleStart(first));
    showStart(
      'second start, embedded (goal 2 s)',
      await middleStart(() => timeStart({ DATA_DIR: join(folder, '1') })),
    );
  } finally {
    await rm(folder, { recursive: true });
  }

  const database = connectPostgres(url, 4);
  const deps = await createDeps({
    database,
    vault: createVault([{ id: 'bench', key }]),
    hasher: createHasher(),
    preset: 'standard',
    issuer: 'http://127.0.0.1:3000',
    carriers: { sms: { sendSms: async () => {} }, sendMail: async () => {} },
  });
  const build = async () => {
    const begin = performance.now();
    const app = await buildApp(deps, {
      issuer: 'http://127.0.0.1:3000',
      corsOrigins: [],
      trustProxyHops: 0,
      limits: { requestsPerMinute: 1_000, loginsPerMinute: 1_000, redis: null },
      production: true,
      logger: false,
    });
    await app.ready();
    const took = performance.now() - begin;
    await app.close();
    return took;
  };
  show('building the application, first', await build());
  show('building the application, again', await middleOf(build));
  await database.close();
});

function show(what: string, took: number, of?: { readonly bare: number; readonly processor: number }): void {
  const more = of
    ? `   ${(took / of.bare).toFixed(1)} times a bare process, ${of.processor} ms of a processor`
    : '';
  console.log(`${what.padEnd(36)}${took.toFixed(0).padStart(6)} ms${more}`);
}

async function middleStart(start: () => Promise<Start>): Promise<Start> {
  const all: Start[] = [];
  for (let round = 0; round < rounds; round += 1) all.push(await start());
  const middle = (of: readonly number[]) => of.toSorted((a, b) => a - b)[Math.floor(rounds / 2)] ?? 0;
  return { took: middle(all.map(({ took }) => took)), processor: middle(all.map((one) => one.processor)) };
}

async function middleOf(measure: () => Promise<number>): Promise<number> {
  const all: number[] = [];
  for (let round = 0; round < rounds; round += 1) all.push(await measure());
  return all.sort((a, b) => a - b)[Math.floor(rounds / 2)] ?? 0;
}

async function runFor(args: readonly string[]): Promise<number> {
  const begin = performance.now();
  const child = spawn(process.execPath, args, { stdio: 'ignore' });
  await new Promise((resolve) => child.once('exit', resolve));
  return performance.now() - begin;
}

/** From the start of the process until `/health/ready` answers 200. */
async function timeStart(env: Readonly<Record<string, string>>): Promise<Start> {
  const port = await freePort();
  const begin = performance.now();
  const child = spawn(process.execPath, ['src/server.ts'], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { PATH: process.env.PATH, PORT: String(port), LOG_LEVEL: 'error', PAGES: 'off', ...env },
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const isReady = () =>
    fetch(`http://127.0.0.1:${port}/health/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
  try {
    while (!(await isReady())) {
      if (child.exitCode !== null) throw new Error('The service ended before it was ready.');
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    return { took: performance.now() - begin, processor: processorMs(child.pid ?? 0) };
  } finally {
    child.kill('SIGTERM');
    await ended;
  }
}
