import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sayFault } from '../audit/say-fault.ts';
import type { Config } from '../config.ts';
import { gatherEvidence } from '../evidence/gather-evidence.ts';
import { readContractRun, readTestRun } from '../evidence/read-results.ts';
import { openDatabase } from '../open-database.ts';
import { readCheckpoints } from '../outside/checkpoint-file.ts';
import type { Terminal } from './shell.ts';
import { type Commands, command, one, read } from './words.ts';

const evidenceWords = () =>
  command(
    'evidence',
    'what an auditor asks for, in a folder: see docs/operations.md',
    one('--output <FOLDER>', 'where to write it (evidence)'),
    one('--tests <FILE>', 'results of tests: what vitest run --reporter=json writes'),
    one('--contract <FILE>', 'results of the contract tests: what contract --json FILE writes'),
  );

type Wanted = { readonly output?: string; readonly tests?: string; readonly contract?: string };

/**
 * Writes what an auditor asks for into a folder; the exit code is 1 where the audit does not hold. Reads the reports first:
 * a wrong one is told before the database is asked.
 */
export async function evidenceCommand(
  config: Config,
  args: readonly string[],
  { print }: Pick<Terminal, 'print'>,
): Promise<number> {
  const { output = 'evidence', ...values } = read<Wanted>(evidenceWords, args);
  const run = values.tests === undefined ? null : await readTestRun(values.tests);
  const contract = values.contract === undefined ? null : await readContractRun(values.contract);
  const { database, vault } = await openDatabase(config);
  try {
    const { file } = config.checkpoints;
    const checkpoints = file === null ? null : () => readCheckpoints(file);
    const { files, fault } = await gatherEvidence({ db: database.db, vault }, { run, contract, checkpoints });
    await mkdir(output, { recursive: true, mode: 0o700 });
    for (const [name, text] of files) await writePrivate(join(output, name), text);
    print(`Wrote ${[...files.keys()].join(', ')} into ${output}.`);
    if (!run) print('No results of tests: give them by --tests FILE, from vitest run --reporter=json.');
    if (!contract)
      print('No results of the contract tests: give them by --contract FILE, from contract --json FILE.');
    if (fault) print(`THE AUDIT DOES NOT HOLD. ${sayFault(fault)}`);
    return fault ? 1 : 0;
  } finally {
    await database.close();
  }
}

/** Anew: what was there keeps whoever may read it, or leads elsewhere. */
async function writePrivate(file: string, text: string): Promise<void> {
  await rm(file, { force: true });
  await writeFile(file, text, { flag: 'wx', mode: 0o600 });
}

export const evidenceCommands: Commands = (config, there) => [
  [evidenceWords, (args) => evidenceCommand(config(), args, there)],
];
