import { open } from 'node:fs/promises';
import { importUsers } from '../../features/user-admin/import-users.ts';
import { splitLines } from '../../lib/read-lines.ts';
import type { Config } from '../config/config.ts';
import { openDatabase } from '../open-database.ts';
import { consoleContext, type Terminal } from './shell.ts';
import { type Commands, command, flag, one, read, required } from './words.ts';

export type ImportTerminal = Terminal & { readonly complain: (line: string) => void };

const importWords = () =>
  command(
    'import',
    'users of another application, with their password hashes and TOTP secrets: see docs/migration.md',
    required(one('--file <FILE>', 'one user a line, as NDJSON; - is standard input')),
    flag('--allow-short-secrets', 'take TOTP secrets of fewer than 128 bits'),
  );

/** Returns the exit code: 0 if every line became a user, 1 if lines were skipped. */
export async function importCommand(
  config: Config,
  args: readonly string[],
  { stdin, print, complain }: ImportTerminal,
): Promise<number> {
  const words = read<{ file: string; allowShortSecrets?: boolean }>(importWords, args);
  const { file, allowShortSecrets: shortSecrets = false } = words;
  const counts = { imported: 0, skipped: 0 };
  const skip = (line: number, why: string) => complain(`Line ${line}: ${why}`);

  const stream = file === '-' ? stdin : (await open(file)).createReadStream();
  const { database, vault } = await openDatabase(config);
  try {
    await importUsers({ db: database.db, vault }, consoleContext(), {
      lines: splitLines(stream),
      rules: { shortSecrets },
      report: { counts, skip },
    });
  } catch (error) {
    const { imported, skipped } = counts;
    if (imported + skipped > 0)
      complain(
        `${inWords(counts)} Then the import stopped. Correct the error below, then import the same file again:`,
      );
    throw error;
  } finally {
    await database.close();
  }
  print(inWords(counts));
  return counts.skipped === 0 ? 0 : 1;
}

function inWords({ imported, skipped }: { imported: number; skipped: number }): string {
  return `Imported ${imported.toLocaleString('en')}, skipped ${skipped.toLocaleString('en')}.`;
}

export const importCommands: Commands = (config, there) => [
  [importWords, (args) => importCommand(config(), args, there)],
];
