import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { freePort, programOf, until } from './programs.ts';

const program = programOf('pgbouncer');
/** PgBouncer refuses to run as root: then it runs as the user that PostgreSQL has. */
const isRoot = process.getuid?.() === 0;

export const hasPgBouncer = program !== undefined;

/** A real PgBouncer before the server of this URL, with the settings that docs/operations.md names and no others. */
export async function startPgBouncer(server: string, poolMode: 'session' | 'transaction' | 'statement') {
  if (!program) throw new Error('PgBouncer is not here');
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-pgbouncer-'));
  chmodSync(folder, 0o755);
  const port = await freePort();
  const { hostname, port: serverPort, username, password } = new URL(server);
  const quoted = (text: string) => `"${decodeURIComponent(text)}"`;
  writeFileSync(join(folder, 'users'), `${quoted(username)} ${quoted(password)}\n`);
  const ini = `[databases]
* = host=${hostname} port=${serverPort || 5432}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = trust
auth_file = ${folder}/users
pool_mode = ${poolMode}
default_pool_size = 40
`;
  writeFileSync(join(folder, 'pgbouncer.ini'), ini);
  const child = spawn(program, [join(folder, 'pgbouncer.ini')], {
    cwd: '/',
    stdio: ['ignore', 'ignore', 'pipe'],
    ...(isRoot && { uid: idOf('-u'), gid: idOf('-g') }),
  });
  let output = '';
  child.stderr.on('data', (chunk) => {
    output += chunk;
  });
  const ended = once(child, 'exit');
  const urlOf = (database: string) => {
    const url = Object.assign(new URL(database), { hostname: '127.0.0.1', port: String(port) });
    return url.href;
  };
  await until('PgBouncer answers', async () => {
    if (child.exitCode !== null) throw new Error(`PgBouncer ended: ${output}`);
    return answers(urlOf(server));
  });
  const close = async () => {
    child.kill('SIGTERM');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  return { urlOf, close };
}

function idOf(which: '-u' | '-g'): number {
  return Number(execFileSync('id', [which, 'postgres'], { encoding: 'utf8' }));
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => {});
  }
}
