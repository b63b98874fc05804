import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { connectEmbedded } from '../../db/embedded.ts';
import { lockFolder } from '../../db/lock-folder.ts';
import { migrate } from '../../db/migrate.ts';
import { snapshot } from '../support/snapshot.ts';

const patient = { timeout: 60_000 }; // a second process waits six seconds for the first to go

let folder: string;
let other: ChildProcess | undefined;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sallyport-test-'));
});
afterEach(async () => {
  other?.kill('SIGKILL');
  await rm(folder, { recursive: true, force: true });
});

test('a folder beside which no lock can be made is not said to be in use', async () => {
  const long = join(folder, 'd'.repeat(252)); // and five more letters are too many for any file system
  const failure = await lockFolder(long).catch((error: Error) => error);
  expect(String(failure)).toContain('ENAMETOOLONG');
  expect(String(failure)).not.toContain('in use');
});

/** What makes Node do this with a function of one of our modules, and the folder. */
function script(file: string, name: string, then: string): string[] {
  const url = new URL(`../../db/${file}`, import.meta.url).href;
  const code = `const { ${name} } = await import('${url}'); const held = await ${name}('${folder}'); ${then}`;
  return ['--input-type=module', '--eval', code];
}

test(
  'a second process on an embedded database fails with one sentence, and nothing is harmed',
  patient,
  async () => {
    const mine = await connectEmbedded(folder);
    await migrate(mine.db);
    const times = { windowEndsAt: new Date(0), lastSentAt: new Date(0) };
    await mine.db
      .insertInto('sends')
      .values({ subject: 'kept', sent: 1, ...times })
      .execute();
    const before = await snapshot(mine.db);

    const failure =
      `The embedded database in ${folder} is in use by another process. ` +
      'Stop that process, choose another DATA_DIR, or set DATABASE_URL to share one PostgreSQL.';
    const second = script('embedded.ts', 'connectEmbedded', "console.log('open'); await held.close();");
    const run = promisify(execFile)(process.execPath, second);
    const again = connectEmbedded(folder); // nor may this process open it twice
    await expect(again).rejects.toThrow(failure);
    const { stdout, stderr } = await run.catch((error: { stdout: string; stderr: string }) => error);
    expect(stdout).toBe('');
    expect(stderr).toContain(`Error: ${failure}`);
    expect(await snapshot(mine.db)).toEqual(before);
    await mine.close();

    const next = await connectEmbedded(folder);
    expect(await snapshot(next.db)).toEqual(before);
    await next.close();
  },
);

test(
  'the folder of a process that was killed is free again, the folder of one that lives is not',
  patient,
  async () => {
    const stays = script('lock-folder.ts', 'lockFolder', "console.log('held'); setInterval(() => {}, 1000);");
    other = spawn(process.execPath, stays, { stdio: ['ignore', 'pipe', 'inherit'] });
    if (!other.stdout) throw new Error('No output');
    await once(other.stdout, 'data');
    await expect(lockFolder(folder)).rejects.toThrow('is in use by another process');
    other.kill('SIGKILL');
    await once(other, 'exit');
    const unlock = await lockFolder(folder);
    await unlock();
  },
);
