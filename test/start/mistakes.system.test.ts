import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, inject, test } from 'vitest';
import { compileCache } from '../support/compile-cache.ts';

const folder = mkdtempSync(join(tmpdir(), 'sallyport-mistakes-'));
afterAll(() => rmSync(folder, { recursive: true }));
const vault = `a:${randomBytes(32).toString('base64')}`;

/** One command in a folder of its own, and what it said as it failed. */
function outputOf(words: string, env: Record<string, string> = {}): string {
  const { stderr, status } = spawnSync(process.execPath, [resolve('src/cli.ts'), ...words.split(' ')], {
    cwd: folder,
    env: { PATH: process.env.PATH ?? '', ...compileCache(), DATA_DIR: 'memory:', ...env },
    encoding: 'utf8',
  });
  expect(status).toBe(1);
  expect(stderr).not.toMatch(/^ +at /m);
  return stderr;
}

describe('a command that was typed wrongly says what was wrong and what to do', () => {
  test.each([
    ['migrate --dry-run', "unknown option '--dry-run'"],
    ['user list helen', "too many arguments for 'list'. Expected 0 arguments but got 1: helen."],
    ['user add helen', "too many arguments for 'add'. Expected 0 arguments but got 1: helen."],
    ['user disable --nme x', "unknown option '--nme'"],
    ['user ad', 'Did you mean add?'],
    ['frobnicate', "unknown command 'frobnicate'"],
    ['user import --file none.ndjson', 'The file or folder none.ndjson does not exist.'],
    ['service add --name x --scope a', 'Missing: --owner <TEXT>'],
  ])('%s', (words, says) => {
    const said = outputOf(words);
    expect(said).toContain(says);
    expect(said.trim().split('\n').length).toBeLessThan(4);
  });
});

describe('a start that fails names the setting and what to do', () => {
  const server = inject('server');

  test.each([
    ['postgres://u:hush@127.0.0.1:1/x', '(127.0.0.1:1, database x, login u): connect ECONNREFUSED'],
    ['postgres://u:hush@no.such.host.invalid/x', 'The host name has no address. Correct it in DATABASE_URL.'],
  ])('%s', (DATABASE_URL, says) => {
    const said = outputOf('migrate', { DATABASE_URL, VAULT_KEYS: vault });
    expect(said).toContain('DATABASE_URL');
    expect(said).toContain(says);
    expect(said).not.toContain('hush');
  });

  test.skipIf(!server)('a database that is not there, and a login that may not make tables', () => {
    const url = new URL(server ?? '');
    url.pathname = '/none_of_that_name';
    expect(outputOf('migrate', { DATABASE_URL: url.href, VAULT_KEYS: vault })).toContain(
      'Create the database, or correct its name in DATABASE_URL.',
    );
    url.username = 'nobody_of_that_name';
    expect(
      outputOf('migrate', {
        MIGRATION_DATABASE_URL: url.href,
        DATABASE_URL: server ?? '',
        VAULT_KEYS: vault,
      }),
    ).toContain('PostgreSQL at MIGRATION_DATABASE_URL');
  });

  test('where the faulty value came from', () => {
    writeFileSync(join(folder, '.env'), 'PORT=abc\n');
    const said = outputOf('serve', { LOG_LEVEL: 'loud' });
    expect(said).toContain('→ at PORT (from .env)');
    expect(said).toContain('→ at LOG_LEVEL (from the environment)');
    rmSync(join(folder, '.env'));
  });
});
