import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { getPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compileCache } from '../support/compile-cache.ts';
import { databaseOfCommands, preparedData, type TestSettings } from '../support/database.ts';
import { recordOutput } from '../support/secret-record.ts';
import { typedIn } from '../support/typed.ts';

/** To optimize the embedded database takes longer than it lives here. */
const shortLived = ['--liftoff-only'];

/** The service as its own process, as `npm start` starts it. */
function start(env: Record<string, string>, words = ['src/server.ts']) {
  const child = spawn(process.execPath, [...shortLived, ...words], {
    env: { PATH: process.env.PATH ?? '', PAGES: 'off', ...compileCache(), ...env },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output += chunk;
    });
  }
  const record = recordOutput(child);
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const listening = async () => {
    for (;;) {
      const url = /listens on (\S+)/.exec(output)?.[1];
      if (url && output.includes('--help')) return url;
      if (child.exitCode !== null) throw new Error(`It ended: ${output}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  return { child, ended, listening, record, output: () => output };
}

const onLinux = process.platform === 'linux';

/** Of the threads that hash: lower than that of the one which answers requests, see src/service/lower-hash-priority.ts. */
function prioritiesOfWorkers(pid: number | undefined): number[] {
  if (!onLinux) return [];
  const tasks = `/proc/${pid}/task`;
  const workers = readdirSync(tasks).filter((id) =>
    readFileSync(`${tasks}/${id}/comm`, 'utf8').startsWith('libuv-worker'),
  );
  return workers.map((id) => getPriority(Number(id)));
}

let folder: string;
let database: TestSettings; // for the starts that do not depend on the kind of database
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sallyport-'));
  database = await databaseOfCommands();
});
afterAll(async () => {
  await database.close();
  await rm(folder, { recursive: true });
});

describe('npm start', () => {
  test('makes its keys and one admin, drains on SIGTERM, and comes back with what it knew', async () => {
    const env = { DATA_DIR: join(folder, 'data'), PORT: '0' };
    const first = start(env);
    const url = await first.listening();
    expect(prioritiesOfWorkers(first.child.pid)).toEqual(onLinux ? [10, 10, 10, 10] : []);
    const password = /password {3}(\S+)/.exec(first.output())?.[1] ?? '';
    first.record.secret('password', password);
    const body = JSON.stringify({ username: 'admin', password });
    const logIn = (to: string) =>
      fetch(`${to}/auth/login`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    expect(first.output().split(password)).toHaveLength(2);
    expect(first.output()).toMatch(/^Sallyport starts …\n/);
    expect((await logIn(url)).status).toBe(200);

    const inFlight = logIn(url);
    await new Promise((resolve) => setTimeout(resolve, 5));
    first.child.kill('SIGTERM');
    expect((await inFlight).status).toBe(200);
    expect(await first.ended).toBe(0);

    const second = start(env);
    expect((await logIn(await second.listening())).status).toBe(200);
    expect(second.output()).not.toContain('The first admin');
    second.child.kill('SIGTERM');
    expect(await second.ended).toBe(0);
  });

  test('shows the first admin with the start that listens, where the one before met a port that is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const env = { DATA_DIR: await preparedData(folder), PORT: String(Object(other.address()).port) };
    const refused = start(env);
    expect(await refused.ended).toBe(1);
    expect(refused.output()).toContain('EADDRINUSE');
    await new Promise((resolve) => other.close(resolve));

    const next = start(env);
    await next.listening();
    const password = /password {3}(\S+)/.exec(next.output())?.[1] ?? '';
    next.record.secret('password', password);
    expect(password).toHaveLength(24);
    next.child.kill('SIGTERM');
    expect(await next.ended).toBe(0);
  });

  test('looks at the port before it opens the database, and names PORT', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const port = String(Object(other.address()).port);
    const data = join(folder, 'untouched');
    const { ended, output } = start({ DATA_DIR: data, PORT: port });
    expect(await ended).toBe(1);
    expect(output()).toContain(
      `PORT ${port} on HOST 127.0.0.1: another process listens there. Stop that process, or set PORT to a free port. (EADDRINUSE)`,
    );
    expect(existsSync(data)).toBe(false);
    const metrics = start({ DATA_DIR: data, PORT: '0', METRICS_PORT: port });
    expect(await metrics.ended).toBe(1);
    expect(metrics.output()).toContain(
      `METRICS_PORT ${port} on HOST 127.0.0.1: another process listens there.`,
    );
    await new Promise((resolve) => other.close(resolve));
  });

  test('says that it starts before it loads anything', async () => {
    const hook = `import { registerHooks } from 'node:module';
      const resolve = (name, context, next) => {
        if (name === 'zod') throw new Error('zod is loaded');
        return next(name, context);
      };
      registerHooks({ resolve });`;
    const preload = `--import=data:text/javascript,${encodeURIComponent(hook)}`;
    const { ended, output } = start({ DATA_DIR: 'memory:', PORT: '0', NODE_OPTIONS: preload });
    expect(await ended).toBe(1);
    expect(output()).toContain('zod is loaded');
    expect(output()).toContain('Sallyport starts …');
  });

  test('says so from the command line, too', async () => {
    const { ended, output } = start({ DATA_DIR: 'memory:', PORT: 'x' }, ['src/cli.ts', 'serve']);
    expect(await ended).toBe(1);
    expect(output()).toContain('Sallyport starts …');
  });

  test('names HOST where it is no address of this machine', async () => {
    const { ended, output } = start({ DATA_DIR: 'memory:', HOST: '192.0.2.77', PORT: '0' });
    expect(await ended).toBe(1);
    expect(output()).toContain('192.0.2.77 is not an address of this machine. Correct HOST.');
  });

  test('names every fault of the environment at once and does not listen', async () => {
    const { ended, output } = start({ PORT: 'x', REDIS_URL: 'http://a', DATA_DIR: 'memory:' });
    expect(await ended).toBe(1);
    expect(output()).toMatch(/PORT[\s\S]*REDIS_URL/);
    expect(output()).not.toContain('    at ');
  });

  test('says in one line that the database is not there', async () => {
    const key = `a:${randomBytes(32).toString('base64')}`;
    const { ended, output } = start({
      DATABASE_URL: 'postgres://sallyport@127.0.0.1:1/none',
      VAULT_KEYS: key,
      PORT: '0',
    });
    expect(await ended).toBe(1);
    const [begun, failed, ...more] = output()
      .trim()
      .split('\n')
      .filter((line) => !line.startsWith('  '));
    expect([begun, more]).toEqual(['Sallyport starts …', []]);
    expect(failed).toContain('ECONNREFUSED');
  });
});

describe('an error that nobody caught', () => {
  test.each(['a promise', 'a callback'])(
    'AU-4 in %s ends the process, and the log says where it was, not what it quotes',
    async (where) => {
      const options = { NODE_OPTIONS: '--import ./test/support/fail-on-signal.mjs', FAIL_IN: where };
      const { child, ended, listening, output } = start({
        ...database.env,
        PORT: '0',
        ...options,
      });
      await listening();
      child.kill('SIGUSR2');
      expect(await ended).toBe(1);
      const lines = output().split('\n');
      expect(JSON.parse(lines.find((line) => line.includes('crashed')) ?? '{}')).toMatchObject({
        level: 60,
        cause: expect.stringMatching(/^Error 23502 at .*fail-on-signal/),
      });
      expect(output()).not.toMatch(/ann\.crash|15093004711/);
    },
  );
});

describe('production without a mail server', () => {
  const production = {
    NODE_ENV: 'production',
    ALLOW_EMBEDDED_IN_PRODUCTION: 'true',
    PORTAL_URL: 'https://app.example.gov',
    DRAIN_SECONDS: '0',
    PORT: '0',
  };

  test.each([
    ['warns at the start, and says what to do', {}, true],
    ['does not warn where that is meant', { WITHOUT_MAIL: 'true' }, false],
  ])('%s', async (_name, meant, warns) => {
    const { child, ended, listening, output, record } = start({
      DATA_DIR: await preparedData(folder),
      ...production,
      ...meant,
    });
    const url = await listening();
    record.secret('password', /password {3}(\S+)/.exec(output())?.[1] ?? '');
    const ready = await (await fetch(`${url}/health/ready`)).json();
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
    expect(ready).toEqual({ status: 'ok', warnings: ['mail_missing'] });
    expect(output().includes('"level":40')).toBe(warns);
    expect(/mail is off: no invitation, link or notice is sent/.test(output())).toBe(warns);
    expect(output().includes('Mail       NOTHING is sent')).toBe(warns);
  });
});

describe('one administrator, and nobody who could approve', () => {
  test.each([
    ['is told at the start what a rule makes impossible', 'second_person', 3],
    ['is told nothing where no rule is on', 'none', 0],
  ])('%s', async (_name, mode, lines) => {
    const env = { DATA_DIR: await preparedData(folder), LOG_LEVEL: 'warn' };
    const boss = 'user add --username boss --email boss@x.gov --role admin --password-stdin';
    await typedIn(env, boss.split(' '), 'seven wet umbrellas');
    await typedIn(env, `approvals set --action mfa_reset --mode ${mode}`.split(' '));
    const { child, ended, listening, output } = start({ ...env, PORT: '0', DRAIN_SECONDS: '0' });
    await listening();
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
    const warned = output()
      .split('\n')
      .filter((line) => line.startsWith('{"level":40') && line.includes('"approvals: '))
      .map((line) => JSON.parse(line).msg);
    expect(warned).toHaveLength(lines);
    expect(warned.every((words) => words.endsWith(' See docs/approvals.md'))).toBe(true);
    expect(/Nobody can approve mfa_reset: fewer than two people/.test(warned.join())).toBe(lines > 0);
    expect(/There is one administrator\./.test(warned.join())).toBe(lines > 0);
  });
});

describe('SIGTERM', () => {
  test('HT-5 says first that it is not ready, and answers on until the balancer has seen it', async () => {
    const { child, ended, listening } = start({
      ...database.env,
      PORT: '0',
      DRAIN_SECONDS: '2',
    });
    const url = await listening();
    expect((await fetch(`${url}/health/ready`)).status).toBe(200);
    child.kill('SIGTERM');
    await expect.poll(async () => (await fetch(`${url}/health/ready`)).status).toBe(503);
    const refused = Object(await (await fetch(`${url}/health/ready`)).json());
    expect(refused).toMatchObject({ type: '/problems/not-ready', not_ready: ['draining'] });
    expect((await fetch(`${url}/.well-known/jwks.json`)).status).toBe(200);
    expect(await ended).toBe(0);
  });

  test('a second one ends it at once', async () => {
    const { child, ended, listening } = start({
      ...database.env,
      PORT: '0',
      DRAIN_SECONDS: '300',
    });
    const url = await listening();
    child.kill('SIGTERM');
    await expect.poll(async () => (await fetch(`${url}/health/ready`)).status).toBe(503);
    child.kill('SIGTERM');
    expect(await ended).toBe(1);
  });
});

describe('METRICS_PORT', () => {
  test('HT-7 opens a port for the metrics, and stops the start where that port is taken', async () => {
    const first = start({ ...database.env, PORT: '0', METRICS_PORT: '0' });
    await first.listening();
    await expect.poll(() => /Metrics are at (\S+)/.exec(first.output())?.[1]).toBeDefined();
    const metrics = new URL(/Metrics are at (\S+)/.exec(first.output())?.[1] ?? '');
    expect(await (await fetch(metrics)).text()).toContain('sallyport_logins_total');
    const second = start({ ...database.env, PORT: '0', METRICS_PORT: metrics.port });
    expect(await second.ended).toBe(1);
    expect(second.output()).toContain('EADDRINUSE');
    first.child.kill('SIGTERM');
    expect(await first.ended).toBe(0);
  });
});
