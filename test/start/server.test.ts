import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

/** The service as its own process, as `npm start` starts it. */
function start(env: Record<string, string>) {
  const child = spawn(process.execPath, ['src/server.ts'], { env: { PATH: process.env.PATH ?? '', ...env } });
  let told = '';
  child.stdout.on('data', (chunk) => {
    told += chunk;
  });
  child.stderr.on('data', (chunk) => {
    told += chunk;
  });
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const listening = async () => {
    for (;;) {
      const url = /listens on (\S+)/.exec(told)?.[1];
      if (url && told.includes('--help')) return url;
      if (child.exitCode !== null) throw new Error(`It ended: ${told}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  return { child, ended, listening, told: () => told };
}

describe('npm start', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sallyport-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  test('makes its keys and one admin, drains on SIGTERM, and comes back with what it knew', async () => {
    const env = { DATA_DIR: join(folder, 'data'), PORT: '0' };
    const first = start(env);
    const url = await first.listening();
    const password = /password {3}(\S+)/.exec(first.told())?.[1] ?? '';
    const body = JSON.stringify({ username: 'admin', password });
    const logIn = (to: string) =>
      fetch(`${to}/auth/login`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    expect((await logIn(url)).status).toBe(200);

    const inFlight = logIn(url);
    await new Promise((resolve) => setTimeout(resolve, 5));
    first.child.kill('SIGTERM');
    expect((await inFlight).status).toBe(200);
    expect(await first.ended).toBe(0);

    const second = start(env);
    expect((await logIn(await second.listening())).status).toBe(200);
    expect(second.told()).not.toContain('The first admin');
    second.child.kill('SIGTERM');
    expect(await second.ended).toBe(0);
  });

  test('names every fault of the environment at once and does not listen', async () => {
    const { ended, told } = start({ PORT: 'x', REDIS_URL: 'http://a', DATA_DIR: 'memory:' });
    expect(await ended).toBe(1);
    expect(told()).toMatch(/PORT[\s\S]*REDIS_URL/);
    expect(told()).not.toContain('    at ');
  });

  test('says in one line that the database is not there', async () => {
    const key = `a:${randomBytes(32).toString('base64')}`;
    const { ended, told } = start({
      DATABASE_URL: 'postgres://sallyport@127.0.0.1:1/none',
      VAULT_KEYS: key,
      PORT: '0',
    });
    expect(await ended).toBe(1);
    expect(told().trim().split('\n')).toHaveLength(1);
    expect(told()).toContain('ECONNREFUSED');
  });
});
