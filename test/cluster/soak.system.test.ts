import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { serverUrl } from '../support/database.ts';
import { nginxProgram } from '../support/nginx.ts';
import { hasPostgres } from '../support/postgres-server.ts';
import { redisProgram } from '../support/redis-server.ts';

const canSoak = serverUrl && hasPostgres && nginxProgram && redisProgram;

describe.skipIf(!canSoak)('npm run soak', () => {
  test('GF-2 gives no wrong answer over a kill and a restart of the database', {
    timeout: 180_000,
  }, async () => {
    const options = ['bench/soak.ts', '--minutes', '0.25', '--clients', '8'];
    const { stdout } = await promisify(execFile)(process.execPath, options).catch((error) => error);
    expect(stdout).toContain('\n0 wrong answers\n');
    expect(stdout).toContain('one process is killed');
    expect(stdout).toContain('PostgreSQL is restarted');
  });
});
