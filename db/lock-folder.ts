import { join } from 'node:path';
import { privateFolder } from './private-folder.ts';

const staleMs = 5_000;

/** Another process may now write to the folder. This process must end before it damages that process's data. */
export class FolderLost extends Error {
  override readonly name = 'FolderLost';
}

/**
 * Locks a folder for this process, with a lock file in it. A dead holder's lock expires after five seconds. Returns the
 * function that unlocks. Throws a one-line Error if another process uses the folder, or if the folder cannot be used.
 */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  const { default: lockfile } = await import('proper-lockfile'); // a service on PostgreSQL locks no folder
  await privateFolder(folder);
  const lockfilePath = join(folder, 'lock');
  const onCompromised = (cause: Error) => {
    const what = `The lock ${lockfilePath} of the embedded database was removed or taken by another process.`;
    throw new FolderLost(
      `${what} The service stops, because only one process may write to the folder. Start it again.`,
      { cause },
    );
  };
  const options = {
    lockfilePath,
    onCompromised,
    stale: staleMs,
    update: 1_000,
    retries: { retries: 6, minTimeout: 1_000, maxTimeout: 1_000 },
  };
  try {
    if (await lockfile.check(folder, { stale: staleMs })) throw inUse(folder); // earlier versions lock beside it
    return await lockfile.lock(folder, options);
  } catch (cause) {
    if (codeOf(cause) === 'ELOCKED') throw inUse(folder, cause);
    const what = `The folder ${folder} of the embedded database cannot be locked (${codeOf(cause)}).`;
    const then = 'Allow the user of the service to write to it, or choose another DATA_DIR.';
    throw new Error(`${what} ${then}`, { cause });
  }
}

function inUse(folder: string, cause?: unknown): Error {
  const what = `The embedded database in ${folder} is in use by another process.`;
  const then = 'Stop that process, choose another DATA_DIR, or set DATABASE_URL to share one PostgreSQL.';
  return Object.assign(new Error(`${what} ${then}`, { cause }), { code: 'ELOCKED' });
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
}
