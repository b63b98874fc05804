import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import pg from 'pg';
import { describe, expect, test } from 'vitest';
import { startPackagedPostgres } from '../support/postgres-package.ts';
import { until } from '../support/programs.ts';

const tried = await startPackagedPostgres();
if ('close' in tried) await tried.close();

/** A test run that does nothing: it starts a server, and waits. */
const run = `
  const { startPackagedPostgres } = await import('${new URL('../support/postgres-package.ts', import.meta.url)}');
  console.log(JSON.stringify(await startPackagedPostgres()));
  setInterval(() => {}, 1_000);`;

describe.skipIf('fault' in tried)('the PostgreSQL server of a test run', () => {
  test.each(['SIGINT', 'SIGKILL'] as const)(
    'is gone, with its folder, after a run that %s ended',
    async (signal) => {
      const child = spawn(process.execPath, ['--input-type=module', '--eval', run], {
        detached: true, // a process group of its own, to which the terminal sends what Ctrl-C sends
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const line = await new Promise<string>((resolve) =>
        createInterface({ input: child.stdout }).once('line', resolve),
      );
      const { url, folder } = JSON.parse(line);
      expect(await answers(url)).toBe(true);
      process.kill(-Number(child.pid), signal);
      await until('the folder is removed', () => !existsSync(folder));
      expect(await answers(url)).toBe(false);
    },
  );

  test('lets nobody in without its password', async () => {
    const server = await startPackagedPostgres();
    if ('fault' in server) throw new Error(server.fault);
    const url = new URL(server.url);
    url.password = 'postgres';
    expect(await answers(url.href)).toBe(false);
    await server.close();
  });
});

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url });
  try {
    await client.connect();
    await client.query('select 1');
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => {});
  }
}
