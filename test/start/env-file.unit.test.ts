import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { describe, expect, onTestFinished, test } from 'vitest';
import { variableNames } from '../../src/service/config/config.ts';
import { readEnvFile } from '../../src/service/config/env-file.ts';
import { misspeltNames } from '../../src/service/config/known-names.ts';

const read = (text: string) => readEnvFile('.env', Buffer.from(text));
const server = new URL('../../src/server.ts', import.meta.url).pathname;

describe('the file .env', () => {
  test.each(['NODE_ENV=production\r\nPORT=3114\r\n', '# a comment\nNODE_ENV=production\nPORT=3114'])(
    'with a byte order mark says what it says without: %j',
    (text) => {
      expect(read(`\ufeff${text}`)).toEqual(read(text));
      expect(read(`\ufeff${text}`)).toEqual({
        values: { NODE_ENV: 'production', PORT: '3114' },
        warnings: [],
      });
    },
  );

  test('with a byte order mark is heeded by the service from its first line on', () => {
    const folder = mkdtempSync(join(tmpdir(), 'sallyport-env-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    writeFileSync(
      join(folder, '.env'),
      '\ufeffNODE_ENV=production\r\nPROT=3000\r\nISSUER=http://a.example\r\n',
    );
    const { stderr, status } = spawnSync(process.execPath, [server], {
      cwd: folder,
      env: { PATH: process.env.PATH },
      encoding: 'utf8',
    });
    expect(status).toBe(1);
    expect(stderr).toContain('must be the public https:// URL in production');
    expect(stderr).toContain('Warning: .env, line 2: PROT is not a setting of Sallyport');
  });

  test.each(['utf16le', 'latin1'] as const)('in %s is refused', (encoding) => {
    const bytes = Buffer.from('# Straße\nSMTP_URL=smtp://a:straße@mail', encoding);
    expect(() => readEnvFile('.env', bytes)).toThrow(/^The file \.env is not UTF-8.* Save it as UTF-8\.$/);
  });

  test('may hold other letters in a comment', () => {
    expect(readEnvFile('.env', Buffer.from('# Straße\nPORT=1', 'latin1')).values).toEqual({ PORT: '1' });
  });

  test.each([
    ['PROT=3000', 'PROT is not a setting of Sallyport, so it has no effect. Did you mean PORT?'],
    [
      'export DATABSE_URL=hush',
      'DATABSE_URL is not a setting of Sallyport, so it has no effect. Did you mean DATABASE_URL?',
    ],
    [
      'REDIS_URI=hush',
      'REDIS_URI is not a setting of Sallyport, so it has no effect. Did you mean REDIS_URL?',
    ],
    [
      'MAIL_FORM=hush',
      'MAIL_FORM is not a setting of Sallyport, so it has no effect. Did you mean MAIL_FROM?',
    ],
    [
      'NODE_EVN=production',
      'NODE_EVN is not a setting of Sallyport, so it has no effect. Did you mean NODE_ENV?',
    ],
    [
      'vault_keys=hush',
      'vault_keys is not a setting of Sallyport, so it has no effect. Did you mean VAULT_KEYS?',
    ],
    [
      'VAULT_KEY_FILE=hush',
      'VAULT_KEY_FILE is not a setting of Sallyport, so it has no effect. Did you mean VAULT_KEYS_FILE?',
    ],
    ['JWT_SIGNING_SECRET=hush', 'JWT_SIGNING_SECRET is not a setting of Sallyport, so it has no effect.'],
  ])('warns of %s', (line, warning) => {
    const { warnings } = read(`# first\n${line}`);
    expect(warnings).toEqual([`.env, line 2: ${warning}`]);
  });

  test.each([
    ['PORT 3000', ' Did you mean PORT=…?'],
    ['PORT: 3000', ' Did you mean PORT=…?'],
    ['hush hush', ''],
    ['two words=hush', ''],
  ])('warns of the line %s, which is no setting', (line, hint) => {
    expect(read(line).warnings).toEqual([
      `.env, line 1 is not a setting, so it has no effect. Write NAME=value.${hint}`,
    ]);
  });

  test.each([
    ...variableNames.map((name) => `${name}=x`),
    'VAULT_KEYS_FILE=/run/secrets/keys',
    'POSTGRES_PASSWORD=x',
    'SERVICE_PASSWORD=x',
    'PGSSLMODE=require',
    'NODE_EXTRA_CA_CERTS=/etc/ca.pem',
    'HTTPS_PROXY=http://proxy',
    'TZ=UTC',
    '  # a comment',
    '',
    'PORT=',
  ])('does not warn of %s', (line) => {
    expect(read(line).warnings).toEqual([]);
  });

  test('may hold a value of several lines in quotes, which are not read as settings', () => {
    const text = 'VAULT_KEYS="k1:a\nPROT=1\nsome words"\nPROT=2';
    expect(read(text).values).toEqual(parseEnv(text));
    expect(read(text).warnings).toEqual([expect.stringContaining('.env, line 4: PROT')]);
  });

  test('repeats no value', () => {
    const text = 'PROT=hush\nhush\nhush hush hush\n"hush"\nVAULT_KEYS="hush\nmore\nDATABASE_URI=hush';
    expect(read(text).warnings.join('\n')).not.toContain('hush');
  });
});

test('of the environment only names that are nearly ours are warned of', () => {
  const others = {
    PATH: '',
    HOME: '',
    HOSTNAME: '',
    SHELL: '',
    USER: '',
    TERM: '',
    PWD: '',
    PORT: '',
    LANG: '',
  };
  expect(misspeltNames({ ...others, PROT: '3000', VAULT_KEY: 'hush' })).toEqual([
    'PROT in the environment is not a setting of Sallyport, so it has no effect. Did you mean PORT?',
    'VAULT_KEY in the environment is not a setting of Sallyport, so it has no effect. Did you mean VAULT_KEYS?',
  ]);
});
