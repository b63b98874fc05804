/**
 * Makes a PostgreSQL server in a folder of its own, and stops and removes it when its standard input ends: when the
 * test run closes it, or when the test run was interrupted, crashed or was killed. It is a process of its own, in a
 * process group of its own, so that neither Ctrl-C nor the end of the run ends it before it has cleaned up.
 *
 * Argument: JSON {bin, folder, data, settings}: the folder for the socket of the server, and another for its data. The
 * first line of standard input is the password of the user postgres. The socket asks for none, because only the user who
 * runs the tests can enter its folder. Prints one line of JSON: {} when the server accepts connections, or {fault} where
 * none starts.
 */
import { execFile, spawn } from 'node:child_process';
import { chmod, chown, cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

const run = promisify(execFile);
const { bin, folder, data, settings } = JSON.parse(process.argv[2]);
let server = null;
let ending = false;

const input = createInterface({ input: process.stdin });
input.on('close', end);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, end);

try {
  const password = await new Promise((resolve) => input.once('line', resolve));
  await start(password);
  if (!ending) process.stdout.write('{}\n');
} catch (error) {
  if (!ending) process.stdout.write(`${JSON.stringify({ fault: faultOf(error) })}\n`);
  await end();
}

/** PostgreSQL refuses to run as root, so root starts it as `nobody`. */
async function start(password) {
  const user = process.getuid?.() === 0 ? await nobody() : {};
  for (const own of [folder, data]) {
    await mkdir(own, { recursive: true, mode: 0o700 });
    if ('uid' in user) await chown(own, user.uid, user.gid);
  }
  const options = { ...user, cwd: folder, env: { ...process.env, LC_ALL: 'C' } };
  const programs = await reachable(options);
  const passwordFile = join(folder, 'password');
  await writeFile(passwordFile, password, { mode: 0o600 });
  if ('uid' in user) await chown(passwordFile, user.uid, user.gid);
  const to = [
    '--username=postgres',
    `--pwfile=${passwordFile}`,
    '--auth-host=scram-sha-256',
    '--auth-local=trust',
  ];
  const how = ['--encoding=UTF8', '--locale=C', '--no-sync', '--no-instructions', '--set=scram_iterations=1'];
  await run(join(programs, 'initdb'), [`--pgdata=${data}`, ...to, ...how], options);
  const given = { ...settings, listen_addresses: '127.0.0.1' };
  const arguments_ = Object.entries(given).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  if (ending) throw new Error('The test run has ended.');
  server = spawn(join(programs, 'postgres'), ['-D', data, ...arguments_], {
    ...options,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  await new Promise((resolve, reject) => {
    server.stderr.setEncoding('utf8').on('data', (text) => {
      said = (said + text).slice(-4_000);
      if (said.includes('ready to accept connections')) resolve();
    });
    server.once('error', reject);
    server.once('exit', () => reject(new Error(said)));
  });
  server.once('exit', end);
}

/** Node's modules may lie where only their owner can enter, such as in the home of root. */
async function reachable(options) {
  try {
    await run(join(bin, 'postgres'), ['--version'], options);
    return bin;
  } catch (error) {
    if (error.code !== 'EACCES') throw error;
    const copy = join(folder, 'native');
    await cp(dirname(bin), copy, { recursive: true, verbatimSymlinks: true });
    await chmod(copy, 0o755);
    return join(copy, 'bin');
  }
}

async function nobody() {
  const line = (await readFile('/etc/passwd', 'utf8')).split('\n').find((one) => one.startsWith('nobody:'));
  if (!line) throw new Error('PostgreSQL refuses to run as root, and this system has no user `nobody`.');
  const [, , uid, gid] = line.split(':');
  return { uid: Number(uid), gid: Number(gid) };
}

/** The data is thrown away, so PostgreSQL need not save any. */
async function end() {
  if (ending) return;
  ending = true;
  if (server && server.exitCode === null && server.signalCode === null) {
    const ended = new Promise((resolve) => server.once('exit', resolve));
    server.kill('SIGQUIT');
    await ended;
  }
  for (const own of [data, folder]) await rm(own, { recursive: true, force: true, maxRetries: 5 });
  process.exit();
}

function faultOf(error) {
  return String(error.stderr || error.message)
    .trim()
    .split('\n')
    .slice(0, 3)
    .join(' ');
}
