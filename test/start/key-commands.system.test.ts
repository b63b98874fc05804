import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { keyIdOf } from '../../src/lib/crypto/vault.ts';
import {
  listKeysCommand,
  revokeCommand,
  rotateCommand,
  vaultCommand,
} from '../../src/service/cli/key-commands.ts';
import { addUser } from '../../src/service/cli/user-commands.ts';
import { type Config, readConfig } from '../../src/service/config/config.ts';
import { openService } from '../../src/service/open-service.ts';
import { wait } from '../support/actor.ts';
import { databaseOfCommands, type TestSettings } from '../support/database.ts';
import { until } from '../support/programs.ts';

let database: TestSettings;
let config: Config;
let printed: string[];
const terminal = { print: (line: string) => void printed.push(line) };
beforeEach(async () => {
  database = await databaseOfCommands();
  useKeys();
  printed = [];
});
afterEach(async () => {
  vi.useRealTimers();
  await database.close();
});

function useKeys(vaultKeys?: string): void {
  const keys = vaultKeys === undefined ? {} : { VAULT_KEYS: vaultKeys };
  config = readConfig({ ...database.env, LOG_LEVEL: 'silent', PORT: '0', ...keys });
}

/** Starts the service and ends it, so that there is a key. */
async function startOnce(): Promise<void> {
  await (await openService(config, () => {})).close();
}

async function listed(): Promise<string[][]> {
  printed = [];
  await listKeysCommand(config, terminal);
  return printed.map((line) => line.split(/ +/).slice(0, 2));
}

test('JW-6 keys are rotated, listed and revoked from the terminal', async () => {
  await startOnce();
  wait(0);
  const [[first = ''] = []] = await listed();
  wait(1);
  await rotateCommand(config, [], terminal);
  const waiting = /^Made (\S{43})\.$/.exec(printed.at(-2) ?? '')?.[1];
  expect(await listed()).toEqual([
    [waiting, 'waiting'],
    [first, 'signing'],
  ]);
  await rotateCommand(config, [], terminal);
  expect(printed.at(-2)).toContain('No other key was made');
  await rotateCommand(config, ['--now'], terminal);
  const hurried = /^Made (\S{43})\.$/.exec(printed.at(-2) ?? '')?.[1];
  expect(await listed()).toEqual([
    [hurried, 'signing'],
    [first, 'verifying'],
  ]);
  await revokeCommand(config, [first], terminal);
  expect(printed.at(-1)).toBe(`${first} is revoked, with every token that it signed. ${hurried} signs now.`);
  expect(await listed()).toEqual([[hurried, 'signing']]);
});

test('what is wrong is said', async () => {
  await startOnce();
  await expect(revokeCommand(config, [], terminal)).rejects.toThrow("missing required argument 'KID'");
  await expect(revokeCommand(config, ['nobody'], terminal)).rejects.toThrow('Not found');
  await expect(rotateCommand(config, ['--soon'], terminal)).rejects.toThrow('--soon');
});

test('OT-8 keys vault shows when the old key may be dropped', async () => {
  const [old, next, third] = ['old', 'next', 'third'].map(
    (id) => `${id}:${randomBytes(32).toString('base64')}`,
  );
  useKeys(`${old}`);
  await startOnce();
  const stdin = (async function* () {
    yield 'seven wet umbrellas';
  })();
  await addUser(config, ['--username', 'ann', '--password-stdin'], { ...terminal, stdin });
  const shown = async () => {
    printed = [];
    await vaultCommand(config, terminal);
    return printed.map((line) => line.replace(/ +/g, ' '));
  };
  expect(await shown()).toEqual(['old 1 values encrypts: signing_keys 1']);

  useKeys(`${next},${old}`);
  expect(await shown()).toEqual(['next 0 values encrypts', 'old 1 values still needed: signing_keys 1']);
  const service = await openService(config, () => {});
  await until('it is sealed anew', async () => {
    const row = await service.deps.db.selectFrom('signingKeys').select('privateSealed').executeTakeFirst();
    return keyIdOf(row?.privateSealed ?? '') === 'next';
  });
  await service.close();
  expect(await shown()).toEqual([
    'next 1 values encrypts: signing_keys 1',
    'old 0 values may be removed from VAULT_KEYS',
  ]);

  useKeys(`${third}`);
  expect(await shown()).toEqual([
    'third 0 values encrypts',
    'next 1 values MISSING from VAULT_KEYS: nobody can decrypt these: signing_keys 1',
  ]);
});
