import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { importCommand } from '../../src/service/cli/import-command.ts';
import { type Config, readConfig } from '../../src/service/config/config.ts';
import { databaseOfCommands, type TestSettings } from '../support/database.ts';

describe('user import from the terminal', () => {
  let folder: string;
  let database: TestSettings;
  let config: Config;
  const printed: string[] = [];
  const said: string[] = [];
  const many = Array.from({ length: 1_200 }, (_, at) => `{"username":"many${at}"}\n`).join('');

  const run = (args: readonly string[], stdin = typed('')) =>
    importCommand(config, args, {
      stdin,
      print: (line) => void printed.push(line),
      complain: (line) => void said.push(line),
    });
  beforeAll(async () => {
    database = await databaseOfCommands();
    folder = database.folder;
    config = readConfig(database.env);
  });
  afterAll(async () => {
    await database.close();
  });

  test('reads a file or standard input, names what it skips, and ends with a code that says so', async () => {
    const file = join(folder, 'users.ndjson');
    await writeFile(file, '{"username":"mia"}\n{"username":"noa","totp_secret":"JBSWY3DPEHPK3PXP"}\n');
    expect(await run(['--file', file])).toBe(1);
    expect(printed.splice(0)).toEqual(['Imported 1, skipped 1.']);
    expect(said.splice(0)).toEqual([expect.stringMatching(/^Line 2: totp_secret: 80 bits/)]);

    const noa = '{"username":"noa","totp_secret":"JBSWY3DPEHPK3PXP"}\n';
    expect(await run(['--file', '-', '--allow-short-secrets'], typed(many + noa))).toBe(0);
    expect(printed.splice(0)).toEqual(['Imported 1,201, skipped 0.']);
    expect(said.splice(0)).toEqual([]);

    const broken = typed(many.replaceAll('many', 'more'), 'then unplugged');
    await expect(run(['--file', '-'], broken)).rejects.toThrow('unplugged');
    expect(printed).toEqual([]);
    expect(said).toEqual([expect.stringMatching(/^Imported 1,000, skipped 0\. Then the import stopped/)]);
  }, 180_000);

  test('says what is missing, and opens no database for it', async () => {
    await expect(run([])).rejects.toThrow('--file');
    await expect(run(['--file', join(folder, 'nothing.ndjson')])).rejects.toThrow('no such file');
    await expect(run(['--file', '-', '--force'])).rejects.toThrow('--force');
  });
});

async function* typed(text: string, fault?: string) {
  yield text;
  if (fault) throw new Error(fault);
}
