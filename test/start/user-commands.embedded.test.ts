import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addUser, changeUser, showUsers } from '../../src/service/cli/user-commands.ts';
import { type Config, readConfig } from '../../src/service/config/config.ts';
import { preparedData } from '../support/database.ts';

describe('users from the terminal', () => {
  let folder: string;
  let config: Config;
  const printed: string[] = [];
  const terminal = (typed: string | Uint8Array = '') => ({
    stdin: (async function* () {
      yield typed;
    })(),
    print: (line: string) => void printed.push(line),
  });
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sallyport-'));
    config = readConfig({ DATA_DIR: await preparedData(folder) });
  });
  afterAll(() => rm(folder, { recursive: true }));

  test('are made with the password from standard input, listed, disabled and enabled', async () => {
    const vic = [
      '--username',
      'Vic',
      '--email',
      'vic@x.gov',
      '--phone',
      '+15095550100',
      '--role',
      'vendor',
      '--language',
      'es',
      '--password-stdin',
    ];
    await addUser(config, vic, terminal('seven wet umbrellas\n'));
    await changeUser(config, ['--username', 'vic'], 'disabled', terminal());
    await showUsers(config, terminal());
    expect(printed.at(-1)).toMatch(/^vic +disabled +– +never +vendor$/);
    await changeUser(config, ['--username', 'VIC'], 'active', terminal());
    await showUsers(config, terminal());
    expect(printed.at(-1)).toMatch(/^vic +active +– +never +vendor$/);
    await expect(addUser(config, vic, terminal('seven wet umbrellas'))).rejects.toMatchObject({
      status: 409,
    });
    const unknown = ['--username', 'fay', '--language', 'fr', '--password-stdin'];
    await expect(addUser(config, unknown, terminal('seven wet umbrellas'))).rejects.toMatchObject({
      status: 400,
    });
  });

  test.each([
    [['--password-stdin'], '--username'],
    [['--username', 'ann'], '--password-stdin'],
    [['--username', 'ann', '--role', 'root', '--password-stdin'], 'no role root'],
  ])('say what is missing or wrong: %j', async (args, says) => {
    await expect(addUser(config, args, terminal('seven wet umbrellas'))).rejects.toThrow(says);
  });

  test.each([
    ['a tab', 'nine folded maps\tx\n', 'control characters'],
    ['a second end of line', 'nine folded maps\n\n', 'control characters'],
    ['a line in front', '\nnine folded maps\n', 'control characters'],
    ['a NUL', 'nine folded\0maps', 'control characters'],
    ['bytes that are no UTF-8', Buffer.from('gr\u00fcne B\u00e4ume im Wald', 'latin1'), 'not UTF-8'],
  ])('are not made with a password that no login takes: %s', async (_what, typed, says) => {
    const args = ['--username', 'tab1', '--password-stdin'];
    const failure = await addUser(config, args, terminal(typed)).catch((error: unknown) => error);
    expect(JSON.stringify(failure) + String(failure)).toContain(says);
  });

  test('are made with a password of letters that a file of Windows holds', async () => {
    const args = ['--username', 'bom', '--password-stdin'];
    await addUser(config, args, terminal('\ufeffgrüne Bäume im Wald\r\n'));
    expect(printed.at(-1)).toContain('Made bom');
  });

  test('are refused with every fault named, and a weak password with what to do', async () => {
    const bad = ['--username', 'a b', '--email', 'x', '--phone', '12', '--password-stdin'];
    await expect(addUser(config, bad, terminal('seven wet umbrellas'))).rejects.toMatchObject({
      extensions: { errors: [{ pointer: '#/username' }, { pointer: '#/email' }, { pointer: '#/phone' }] },
    });
    await expect(
      addUser(config, ['--username', 'ann', '--password-stdin'], terminal('short')),
    ).rejects.toMatchObject({
      extensions: { reason: 'too_short' },
    });
    await expect(changeUser(config, ['--username', 'nobody'], 'disabled', terminal())).rejects.toThrow(
      'no user named nobody',
    );
    await expect(changeUser(config, [], 'disabled', terminal())).rejects.toThrow('--username');
  });
});
