import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import pg from 'pg';
import { connectPostgres, type Database } from '../db/connect.ts';
import { createVault, type Vault } from '../src/lib/crypto/vault.ts';

export type Bench = {
  readonly port: number;
  readonly database: Database;
  readonly vault: Vault;
  /** Of the database that was made for this run. */
  readonly url: string;
  /** Resident memory of the service's process, in MiB. */
  readonly residentMiB: () => number;
  readonly close: () => Promise<void>;
};

/** The service as it is shipped, in a process of its own, on a database of its own. */
export async function startService(
  server: string,
  more: Readonly<Record<string, string>> = {},
): Promise<Bench> {
  const name = `sallyport_bench_${randomBytes(4).toString('hex')}`;
  await onServer(server, `create database ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  const key = randomBytes(32);
  const port = await freePort();

  const child = spawn(process.execPath, ['src/server.ts'], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      PATH: process.env.PATH,
      DATABASE_URL: url.href,
      VAULT_KEYS: `bench:${key.toString('base64')}`,
      PORT: String(port),
      LOG_LEVEL: 'error',
      PAGES: 'off',
      RATE_LIMIT_PER_MINUTE: '100000000',
      LOGIN_LIMIT_PER_MINUTE: '100000000',
      ...more,
    },
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  await untilReady(port, ended);
  const database = connectPostgres(url.href, 4);

  return {
    port,
    url: url.href,
    database,
    vault: createVault([{ id: 'bench', key }]),
    residentMiB: () =>
      Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]) / 1024,
    close: async () => {
      child.kill('SIGTERM');
      await ended;
      await database.close();
      await onServer(server, `drop database ${name} with (force)`);
    },
  };
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
  for (let look = 0; look < 100; look += 1) {
    if (gone) throw new Error('The service ended before it was ready.');
    const ready = await fetch(`http://127.0.0.1:${port}/health/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (ready) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('The service was not ready in ten seconds.');
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
