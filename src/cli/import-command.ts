import { randomUUID } from 'node:crypto';
import { open } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import type { Config } from '../config.ts';
import { openDatabase } from '../open-database.ts';
import type { Origin } from '../origin.ts';
import { splitLines } from '../split-lines.ts';
import { importUsers } from '../users/import-users.ts';
import type { Terminal } from './shell.ts';

export type ImportTerminal = Terminal & { readonly complain: (line: string) => void };

/** Gives the exit code: 0 where every line is a user now, 1 where some were skipped. */
export async function importCommand(
  config: Config,
  args: readonly string[],
  { stdin, print, complain }: ImportTerminal,
): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: { file: { type: 'string' }, 'allow-short-secrets': { type: 'boolean' } },
  });
  const { file, 'allow-short-secrets': shortSecrets = false } = values;
  if (!file) throw new Error('Say which file: --file users.ndjson, or --file - for standard input');
  const origin: Origin = { ip: 'console', userAgent: null, requestId: randomUUID() };
  const counts = { imported: 0, skipped: 0 };
  const skip = (line: number, why: string) => complain(`Line ${line}: ${why}`);

  const stream = file === '-' ? stdin : (await open(file)).createReadStream();
  const { database, vault } = await openDatabase(config);
  try {
    await importUsers(
      { db: database.db, vault },
      splitLines(stream),
      { shortSecrets },
      { counts, skip },
      origin,
    );
  } catch (error) {
    const { imported, skipped } = counts;
    if (imported + skipped > 0)
      complain(`${inWords(counts)} Then it broke off. When this is mended, import the same file again:`);
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
