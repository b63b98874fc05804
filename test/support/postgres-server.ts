import { execFile } from 'node:child_process';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort, postgresPrograms } from './programs.ts';

const run = promisify(execFile);
const programs = postgresPrograms();
const isRoot = process.getuid?.() === 0;

/** Servers of our own can be made here. */
export const hasPostgres = programs !== undefined;

/** PostgreSQL refuses to run as root: then as its own user. */
async function execute(program: string, ...options: string[]): Promise<void> {
  const path = join(programs ?? '', program);
  if (isRoot) await run('runuser', ['--user', 'postgres', '--', path, ...options], { cwd: '/' });
  else await run(path, options, { cwd: '/' });
}

async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-postgres-'));
  if (isRoot) await run('chown', ['postgres', folder]);
  await chmod(folder, 0o700);
  return folder;
}

export type PostgresServer = Awaited<ReturnType<typeof startPostgres>>;

/** A PostgreSQL of our own, to be restarted and failed over as a test likes. */
export async function startPostgres() {
  const folder = await makeFolder();
  const data = join(folder, 'data');
  await execute(
    'initdb',
    '--auth=trust',
    '--encoding=UTF8',
    '--username=postgres',
    '--no-sync',
    `--pgdata=${data}`,
  );
  return runIn(folder, data);
}

/** A standby of that server, which follows it until it is promoted. */
export async function startStandby(primary: PostgresServer) {
  const folder = await makeFolder();
  const data = join(folder, 'data');
  const from = ['-h', '127.0.0.1', '-p', String(primary.port), '-U', 'postgres'];
  await execute(
    'pg_basebackup',
    ...from,
    '-D',
    data,
    '-R',
    '--wal-method=stream',
    '--checkpoint=fast',
    '--no-sync',
  );
  return runIn(folder, data);
}

async function runIn(folder: string, data: string) {
  const port = await freePort();
  const options = `-h 127.0.0.1 -p ${port} -k ${folder} -c max_connections=100 -c shared_buffers=32MB`;
  const pgCtl = (...what: string[]) =>
    execute('pg_ctl', `--pgdata=${data}`, `--log=${folder}/log`, '--wait', ...what);
  const start = () => pgCtl('start', `--options=${options}`);
  const stop = (mode: 'fast' | 'immediate') => pgCtl('stop', `--mode=${mode}`);
  await start();
  return {
    port,
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    start,
    stop,
    restart: (mode: 'fast' | 'immediate') => pgCtl('restart', `--mode=${mode}`, `--options=${options}`),
    promote: () => pgCtl('promote'),
    close: async () => {
      await stop('immediate').catch(() => {}); // stopped by the test
      await rm(folder, { recursive: true, force: true });
    },
  };
}
