import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { sql } from 'kysely';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { appendCheckpoints } from '../../src/features/audit/deliver.ts';
import { sealEvents } from '../../src/features/audit/seal-events.ts';
import { openCheckpointFile } from '../../src/platform/adapters/checkpoint-file.ts';
import {
  auditKeyCommand,
  exportAuditCommand,
  verifyAuditCommand,
} from '../../src/service/cli/audit-commands.ts';
import { addUser } from '../../src/service/cli/user-commands.ts';
import { type Config, readConfig } from '../../src/service/config/config.ts';
import { type OpenedDatabase, openDatabase } from '../../src/service/open-database.ts';
import { databaseOfCommands, type TestSettings } from '../support/database.ts';

let folder: string;
let database: TestSettings;
let config: Config;
let printed: string[];
const terminal = { print: (line: string) => void printed.push(line) };
beforeEach(async () => {
  database = await databaseOfCommands();
  folder = database.folder;
  config = readConfig({ ...database.env, AUDIT_CHECKPOINTS: join(folder, 'audit-checkpoints.ndjson') });
  printed = [];
  for (const name of ['ann', 'bob'])
    await addUser(config, ['--username', name, '--password-stdin'], {
      ...terminal,
      stdin: (async function* () {
        yield 'seven wet umbrellas';
      })(),
    });
});
afterEach(async () => {
  await database.close();
});

async function opened(work: (opened: OpenedDatabase) => Promise<unknown>): Promise<void> {
  const there = await openDatabase(config);
  await work(there);
  await there.database.close();
}

const sealAndCheckpoint = () =>
  opened(async ({ database: { db }, vault }) => {
    await sealEvents({ db, vault });
    await appendCheckpoints({ db }, openCheckpointFile(config.checkpoints.file ?? ''));
  });

async function verify(...args: string[]) {
  printed = [];
  const code = await verifyAuditCommand(() => config, args, terminal);
  return { code, printed };
}

test('AU-5 the audit is verified from the terminal, with the checkpoints in its folder', async () => {
  expect(await verify()).toMatchObject({ code: 0 });
  expect(printed[0]).toBe('Nothing is sealed yet.');
  await sealAndCheckpoint();
  expect((await verify()).printed).toEqual([
    'Seal 1, with 3 events: as they were sealed.',
    expect.stringMatching(/^1 seal found again in .*audit-checkpoints.ndjson\.$/),
  ]);
  await opened(async ({ database: { db } }) => {
    await sql`reset role`.execute(db);
    await sql`update audit_events set ip = 'elsewhere' where seq = 2`.execute(db);
  });
  const { code } = await verify();
  expect(code).toBe(1);
  expect(printed.at(-1)).toBe('THE AUDIT IS NOT INTACT. Event 2, of seal 1, was changed.');
});

test('AU-9 AU-5 and an export where there is no database, with the key of its sealer', async () => {
  await sealAndCheckpoint();
  const file = join(folder, 'export.ndjson');
  await exportAuditCommand(config, ['--output', file], { stdout: new PassThrough() });
  await auditKeyCommand(config, terminal);
  const key = printed.at(-1) ?? '';
  const checkpoints = config.checkpoints.file ?? '';
  const offline = (...args: string[]) => {
    printed = [];
    const noConfig = () => expect.fail('an export needs no configuration');
    return verifyAuditCommand(noConfig, ['--export', file, ...args], terminal);
  };
  expect(await offline('--key', key, '--checkpoints', checkpoints)).toBe(0);
  expect(printed.slice(1)).toEqual([
    'Seal 1, with 2 events: as they were sealed.',
    expect.stringMatching(/^1 event since \S+: not sealed yet\.$/),
    `1 seal found again in ${checkpoints}.`,
  ]);
  expect(await offline('--key', 'A'.repeat(43))).toBe(1);
  expect(printed.at(-1)).toBe(
    'THE AUDIT IS NOT INTACT. Seal 1 is the first that was not signed by any key of this service.',
  );
  await expect(offline()).rejects.toThrow('Give the public keys to trust: --key KEY');
  await expect(offline('--key', 'x')).rejects.toThrow('x is not a public key of an audit');
  await expect(offline('--key', key, '--checkpoints', join(folder, 'none'))).rejects.toThrow('ENOENT');
  const empty = join(folder, 'empty.ndjson');
  await writeFile(empty, (await readFile(checkpoints, 'utf8')).slice(0, -10));
  expect(await offline('--key', key, '--checkpoints', empty)).toBe(1);
  expect(printed.at(-1)).toBe(`NOT COMPARED: no checkpoint in ${empty} is of one of these seals.`);
  expect(await verify('--checkpoints', empty)).toMatchObject({ code: 1 });
  await writeFile(file, (await readFile(file, 'utf8')).replace('"console"', '"elsewhere"'));
  expect(await offline('--key', key)).toBe(1);
  expect(printed.at(-1)).toBe('THE AUDIT IS NOT INTACT. Event 1, of seal 1, was changed.');
});

test('AU-9 an export goes to standard output, or to a file that is not there yet', async () => {
  const stdout = new PassThrough();
  await exportAuditCommand(config, [], { stdout });
  stdout.end();
  const lines = (await text(stdout)).trimEnd().split('\n');
  expect(lines.map((line) => Object.keys(JSON.parse(line))[0])).toEqual([
    'export',
    'end',
    'event',
    'event',
    'event',
  ]);
  const csv = new PassThrough();
  await exportAuditCommand(config, ['--format', 'csv'], { stdout: csv });
  csv.end();
  expect((await text(csv)).split('\r\n')[1]).toMatch(/^1,.*,user_created,info,success,ann,/);
  await expect(exportAuditCommand(config, ['--format', 'pdf'], { stdout })).rejects.toThrow('--format csv');
  const file = join(folder, 'export.ndjson');
  await writeFile(file, 'mine');
  await expect(exportAuditCommand(config, ['--output', file], { stdout })).rejects.toThrow('EEXIST');
  expect(await readFile(file, 'utf8')).toBe('mine');
});
