import { createReadStream, createWriteStream } from 'node:fs';
import { access } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { exportCsv } from '../../features/audit/export-csv.ts';
import { exportLog } from '../../features/audit/export-log.ts';
import { verifyExport } from '../../features/audit/verify-export.ts';
import {
  describeFault,
  type Verified,
  verifyLog,
  writeAuditVerified,
} from '../../features/audit/verify-log.ts';
import { readCheckpoints } from '../../platform/adapters/checkpoint-file.ts';
import type { Config } from '../config/config.ts';
import { openDatabase } from '../open-database.ts';
import { consoleContext, type Terminal } from './shell.ts';
import { type Commands, command, many, one, read } from './words.ts';

type Printing = Pick<Terminal, 'print'>;

const verifyAuditWords = () =>
  command(
    'verify',
    'check that the audit is as it was sealed; names the first record that is not',
    one('--checkpoints <FILE>', 'checkpoints to compare with (the file of AUDIT_CHECKPOINTS)'),
    one('--export <FILE>', 'verify this export instead, without the database'),
    many('--key <KEY>', 'a public key to trust, as `audit key` shows it; with --export only'),
  );

const exportAuditWords = () =>
  command(
    'export',
    'export the whole audit, oldest first',
    one('--output <FILE>', 'a new file; else standard output'),
    one('--format <FORMAT>', 'ndjson, which can be verified; or csv, for spreadsheets (ndjson)'),
  );

/**
 * Verifies the audit in the database, or an export of it on any machine. Returns the exit code. It is 1 if the audit is
 * not intact, or if it could not be compared with the given checkpoints.
 * An export needs no configuration, only the public keys to trust: `--key`.
 */
export async function verifyAuditCommand(
  readConfig: () => Config,
  args: readonly string[],
  { print }: Printing,
): Promise<number> {
  const values = read<{ export?: string; checkpoints?: string; key?: string[] }>(verifyAuditWords, args);
  if (values.export === undefined) return verifyDatabase(readConfig(), values.checkpoints, print);
  const { checkpoints: file, key: keys = [] } = values;
  if (keys.length === 0)
    throw new Error('Give the public keys to trust: --key KEY, as `sallyport audit key` shows it.');
  if (file) await access(file);
  const input = createInterface({ input: createReadStream(values.export) }); // an await before the loop loses lines
  const report = await verifyExport(input, keys, file ? readCheckpoints(file) : undefined);
  print(`An export of ${report.exportedAt}.`);
  return printReport(report, { file, isNamed: file !== undefined }, print);
}

async function verifyDatabase(config: Config, given: string | undefined, print: Printing['print']) {
  if (given) await access(given);
  const file = given ?? config.checkpoints.file ?? undefined;
  const { database, vault } = await openDatabase(config);
  try {
    const deps = { db: database.db, vault };
    const checkpoints = file ? () => readCheckpoints(file) : undefined;
    const report = await verifyLog(deps, { checkpoints, sealing: false });
    await writeAuditVerified(deps, consoleContext(), report, null);
    return printReport(report, { file, isNamed: given !== undefined }, print);
  } finally {
    await database.close();
  }
}

type Checkpoints = { readonly file: string | undefined; readonly isNamed: boolean };

function printReport(report: Verified, { file, isNamed }: Checkpoints, print: Printing['print']): number {
  const { fault, firstSeal, lastSeal, events, unsealed, unsealedSince, compared } = report;
  if (firstSeal !== null) {
    const seals = firstSeal === lastSeal ? `Seal ${lastSeal}` : `Seals ${firstSeal} to ${lastSeal}`;
    print(`${seals}, with ${counted(events, 'event')}: as they were sealed.`);
  } else if (!fault) print('Nothing is sealed yet.');
  if (unsealed > 0) print(`${counted(unsealed, 'event')} since ${unsealedSince}: not sealed yet.`);
  if (fault) print(`THE AUDIT IS NOT INTACT. ${describeFault(fault)}`);
  else if (compared > 0) print(`${counted(compared, 'seal')} found again in ${file}.`);
  else if (isNamed) print(`NOT COMPARED: no checkpoint in ${file} is of one of these seals.`);
  else print('Not compared with checkpoints (--checkpoints FILE), so a missing end would not be noticed.');
  return fault || (isNamed && compared === 0) ? 1 : 0;
}

function counted(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}

/** Writes the whole audit as NDJSON or CSV to a file or to standard output. Throws if the file exists. */
export async function exportAuditCommand(
  config: Config,
  args: readonly string[],
  { stdout }: { readonly stdout: Writable },
): Promise<void> {
  const { format = 'ndjson', ...values } = read<{ output?: string; format?: string }>(exportAuditWords, args);
  if (format !== 'ndjson' && format !== 'csv')
    throw new Error('Give a format: --format ndjson, or --format csv');
  const { database } = await openDatabase(config);
  try {
    const write = format === 'csv' ? exportCsv : exportLog;
    const lines = await write({ db: database.db }, consoleContext(), { userId: null, after: null });
    if (values.output === undefined) await pipeline(Readable.from(lines), stdout, { end: false });
    else await pipeline(Readable.from(lines), createWriteStream(values.output, { flags: 'wx', mode: 0o600 }));
  } finally {
    await database.close();
  }
}

/** Prints the public keys that an auditor needs, the current signing key first. */
export async function auditKeyCommand(config: Config, { print }: Printing): Promise<void> {
  const { database, vault } = await openDatabase(config);
  await database.close();
  for (const key of vault.signer.keys) print(key);
}

const auditKeyWords = () =>
  command('key', 'show the public keys of the audit; an auditor needs them to verify an export');

export const auditCommands: Commands = (config, there) => [
  [verifyAuditWords, (args) => verifyAuditCommand(config, args, there)],
  [exportAuditWords, (args) => exportAuditCommand(config(), args, there)],
  [auditKeyWords, () => auditKeyCommand(config(), there)],
];
