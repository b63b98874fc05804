import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import pg from 'pg';
import { connectPostgres, type Database } from '../db/connect.ts';
import { createVault, type Vault } from '../src/lib/crypto/vault.ts';

type Env = Readonly<Record<string, string>>;

/** A process of the service. */
export type Instance = {
  readonly port: number;
  readonly pid: number;
  readonly close: () => Promise<void>;
};

export type Bench = Instance & {
  readonly database: Database;
  readonly vault: Vault;
  /** Of the database that was made for this run. */
  readonly url: string;
  /** Resident memory of the service's process, in MiB. */
  readonly residentMiB: () => number;
  /** Ends the process, and leaves the database. */
  readonly stop: () => Promise<void>;
  /** Starts another process on the same database. `cores` are those that it may use, such as `0,1`. */
  readonly another: (more: Env, cores?: string) => Promise<Instance>;
};

/** The service as it is shipped, in a process of its own, on a database of its own. `fill` runs before the service. */
export async function startService(
  server: string,
  more: Env = {},
  fill: (url: string, vault: Vault) => Promise<void> = async () => {},
): Promise<Bench> {
  const name = `sallyport_bench_${randomBytes(4).toString('hex')}`;
  await onServer(server, `create database ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  const key = randomBytes(32);
  const shared = { DATABASE_URL: url.href, VAULT_KEYS: `bench:${key.toString('base64')}` };
  const vault = createVault([{ id: 'bench', key }]);
  await fill(url.href, vault);
  const instance = await startInstance({ ...shared, ...more });
  const database = connectPostgres(url.href, 4);

  return {
    ...instance,
    url: url.href,
    database,
    vault,
    residentMiB: () =>
      Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${instance.pid}/status`, 'utf8'))?.[1]) / 1024,
    stop: instance.close,
    another: (others, cores) =>
      startInstance({ ...shared, ISSUER: `http://127.0.0.1:${instance.port}`, ...others }, cores),
    close: async () => {
      await instance.close();
      await database.close();
      await onServer(server, `drop database ${name} with (force)`);
    },
  };
}

async function startInstance(env: Env, cores?: string): Promise<Instance> {
  const port = await freePort();
  const command = [process.execPath, 'src/server.ts'];
  const [program = '', ...words] = cores === undefined ? command : ['taskset', '-c', cores, ...command];
  const child = spawn(program, words, {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      PATH: process.env.PATH,
      PORT: String(port),
      LOG_LEVEL: 'error',
      PAGES: 'off',
      RATE_LIMIT_PER_MINUTE: '100000000',
      LOGIN_LIMIT_PER_MINUTE: '100000000',
      ...env,
    },
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  await untilReady(port, ended);
  const close = () => {
    child.kill('SIGTERM');
    return ended;
  };
  return { port, pid: child.pid ?? 0, close };
}

/** See reference.ts. */
export async function startReference(server: string) {
  const child = spawn(process.execPath, ['bench/reference.ts', server], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const said = await new Promise<string>((resolve) =>
    child.stdout.once('data', (chunk) => resolve(String(chunk))),
  );
  const { port, token } = Object(JSON.parse(said));
  return { port: Number(port), token: String(token), close: () => void child.kill('SIGTERM') };
}

async function untilReady(port: number, ended: Promise<void>): Promise<void> {
  let gone = false;
  void ended.then(() => (gone = true));
  for (let look = 0; look < 300; look += 1) {
    if (gone) throw new Error('The service ended before it was ready.');
    const ready = await fetch(`http://127.0.0.1:${port}/health/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (ready) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('The service was not ready in half a minute.');
}

export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => probe.once('listening', resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (!address || typeof address === 'string') throw new Error('No free port');
  return address.port;
}

async function onServer(server: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  await client.query(statement).finally(() => client.end());
}
