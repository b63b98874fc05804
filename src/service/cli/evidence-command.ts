import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { presets } from '../../domain/policy/policy.ts';
import { describeFault } from '../../features/audit/verify-log.ts';
import { gatherEvidence } from '../../features/compliance/gather-evidence.ts';
import { readContractRun, readTestRun } from '../../features/compliance/read-results.ts';
import { readShipped } from '../../features/compliance/shipped-results.ts';
import { readCheckpoints } from '../../platform/adapters/checkpoint-file.ts';
import type { Config } from '../config/config.ts';
import { openDatabase } from '../open-database.ts';
import type { Terminal } from './shell.ts';
import { type Commands, command, one, read } from './words.ts';

const evidenceWords = () =>
  command(
    'evidence',
    'what an auditor asks for, in a folder: see docs/operations.md',
    one('--output <FOLDER>', 'where to write it (evidence)'),
    one(
      '--tests <FILE>',
      'results of tests, instead of those of the release: what vitest run --reporter=json writes',
    ),
    one('--contract <FILE>', 'results of the contract tests: what contract --json FILE writes'),
  );

type Wanted = { readonly output?: string; readonly tests?: string; readonly contract?: string };

/**
 * Writes the evidence for an auditor into a folder. Returns the exit code, which is 1 if the audit is not intact. It
 * reads the test results first, so that a bad file fails before the database is opened.
 */
export async function evidenceCommand(
  config: Config,
  args: readonly string[],
  { print }: Pick<Terminal, 'print'>,
): Promise<number> {
  const { output = 'evidence', ...values } = read<Wanted>(evidenceWords, args);
  const { run, contract, whence } = await resultsOf(values);
  const { database, vault } = await openDatabase(config);
  try {
    const { file } = config.checkpoints;
    const checkpoints = file === null ? null : () => readCheckpoints(file);
    const { preset, periods } = config;
    const there = { db: database.db, vault, preset: presets[preset], periods };
    const { files, fault } = await gatherEvidence(there, { run, contract, checkpoints });
    await mkdir(output, { recursive: true, mode: 0o700 });
    for (const [name, text] of files) await writePrivate(join(output, name), text);
    print(`Wrote ${[...files.keys()].join(', ')} into ${output}.`);
    print(whence);
    if (!contract)
      print('No results of the contract tests: give them by --contract FILE, from contract --json FILE.');
    if (fault) print(`THE AUDIT IS NOT INTACT. ${describeFault(fault)}`);
    return fault ? 1 : 0;
  } finally {
    await database.close();
  }
}

/** The given test results, or else those that came with the release. */
async function resultsOf({ tests, contract }: Pick<Wanted, 'tests' | 'contract'>) {
  const run = tests === undefined ? null : await readTestRun(tests);
  const found = contract === undefined ? null : await readContractRun(contract);
  if (run) return { run, contract: found, whence: `The results of tests are those of ${tests}.` };
  const shipped = readShipped();
  if (typeof shipped === 'object') {
    const whence = `The results of tests are those of this release, of ${shipped.run.at.toISOString()}.`;
    return { run: shipped.run, contract: found ?? shipped.contract, whence };
  }
  const why =
    shipped === 'other' ? 'those that were shipped are of another state of the source' : 'none were shipped';
  const whence = `No results of tests: ${why}. Give them by --tests FILE, from vitest run --reporter=json.`;
  return { run: null, contract: found, whence };
}

/** Replaces the file. An old file would keep its readers' rights, and a link would lead to another file. */
async function writePrivate(file: string, text: string): Promise<void> {
  await rm(file, { force: true });
  await writeFile(file, text, { flag: 'wx', mode: 0o600 });
}

export const evidenceCommands: Commands = (config, there) => [
  [evidenceWords, (args) => evidenceCommand(config(), args, there)],
];
