import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import lockfile from 'proper-lockfile';
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { connectEmbedded } from '../../db/embedded.ts';
import { lockFolder } from '../../db/lock-folder.ts';
import { migrate } from '../../db/migrate.ts';
import { readConfig } from '../../src/service/config/config.ts';
import { openDatabase } from '../../src/service/open-database.ts';
import { preparedData } from '../support/database.ts';

const isRoot = process.getuid?.() === 0;

describe('the folder of an embedded database', () => {
  let above: string;
  let folder: string;
  beforeEach(async () => {
    above = await mkdtemp(join(tmpdir(), 'sallyport-test-'));
    folder = join(above, 'data');
  });
  afterEach(() => rm(above, { recursive: true, force: true }));

  test('is for its owner alone, with all that is in it, and nothing lies beside it', async () => {
    const { database } = await openDatabase(readConfig({ DATA_DIR: folder }));
    expect(readdirSync(above)).toEqual(['data']);
    const modes = readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.name !== 'lock')
      .map((entry) => statSync(join(entry.parentPath, entry.name)).mode & 0o077);
    expect(modes.length).toBeGreaterThan(500);
    expect(modes.filter((mode) => mode !== 0)).toEqual([]);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    await database.close();
    expect(existsSync(join(folder, 'lock'))).toBe(false);
  });

  test('becomes so where an earlier version has left files that others can read', async () => {
    const data = await preparedData(above);
    chmodSync(join(data, 'database'), 0o755);
    chmodSync(join(data, 'database', 'PG_VERSION'), 0o666);
    const { close } = await connectEmbedded(data);
    expect(statSync(join(data, 'database')).mode & 0o777).toBe(0o700);
    expect(statSync(join(data, 'database', 'PG_VERSION')).mode & 0o777).toBe(0o600);
    await close();
  });

  test.each(['755', '750', '701'])(
    'is refused with the mode %s, and nothing is put into it',
    async (mode) => {
      mkdirSync(folder);
      chmodSync(folder, Number.parseInt(mode, 8));
      await expect(openDatabase(readConfig({ DATA_DIR: folder }))).rejects.toThrow(
        `Other users of this machine can enter ${folder}, the folder of the embedded database. Make it private: chmod 700 ${folder}`,
      );
      expect(readdirSync(folder)).toEqual([]);
    },
  );

  test('that is a file is reported as a file', async () => {
    writeFileSync(folder, '');
    await expect(openDatabase(readConfig({ DATA_DIR: folder }))).rejects.toThrow(
      `The folder ${folder} of the embedded database cannot be created (EEXIST).`,
    );
  });

  test('below a file cannot be made, and nobody is said to use it', async () => {
    writeFileSync(folder, '');
    await expect(lockFolder(join(folder, 'deeper'))).rejects.toThrow(
      `The folder ${join(folder, 'deeper')} of the embedded database cannot be created (ENOTDIR).`,
    );
  });

  test.skipIf(isRoot)('in a folder that takes no writes cannot be made', async () => {
    chmodSync(above, 0o500);
    onTestFinished(() => chmodSync(above, 0o700));
    await expect(lockFolder(folder)).rejects.toThrow('cannot be created (EACCES)');
  });

  test.skipIf(isRoot)('works where the folder above it takes no writes', async () => {
    mkdirSync(folder, { mode: 0o700 });
    chmodSync(above, 0o500);
    onTestFinished(() => chmodSync(above, 0o700));
    await (await lockFolder(folder))();
  });

  test('is in use while an earlier version is alive, which locks beside it', async () => {
    mkdirSync(folder, { mode: 0o700 });
    const unlock = await lockfile.lock(folder, { stale: 5_000, update: 1_000 });
    onTestFinished(() => unlock()); // which takes a callback
    await expect(lockFolder(folder)).rejects.toThrow(
      `The embedded database in ${folder} is in use by another process.`,
    );
  });

  test('whose database is damaged is named, and is free again', async () => {
    mkdirSync(join(folder, 'database'), { recursive: true, mode: 0o700 });
    writeFileSync(join(folder, 'database', 'PG_VERSION'), '9.6\n');
    await expect(connectEmbedded(folder)).rejects.toThrow(
      `The embedded database in ${join(folder, 'database')} cannot be opened: `,
    );
    await (await lockFolder(folder))();
  });

  test('that is lost ends the service, which says so', async () => {
    const data = await preparedData(above);
    const env = { PATH: process.env.PATH ?? '', DATA_DIR: data, PORT: '0', PAGES: 'off' };
    const child: ChildProcess = spawn(process.execPath, ['src/server.ts'], { env });
    onTestFinished(() => void child.kill('SIGKILL'));
    let output = '';
    child.stdout?.on('data', (chunk) => {
      output += chunk;
      if (output.includes('listens on')) rmSync(join(data, 'lock'), { recursive: true, force: true });
    });
    const [code] = await once(child, 'exit');
    expect(code).toBe(1);
    expect(output).toContain(
      `The lock ${join(data, 'lock')} of the embedded database was removed or taken by another process.`,
    );
  });

  test('may be migrated, closed and opened again', async () => {
    const first = await connectEmbedded(folder);
    await migrate(first.db);
    await first.close();
    const second = await connectEmbedded(folder);
    expect(await migrate(second.db)).toEqual([]);
    await second.close();
  });
});
