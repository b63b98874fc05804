import { mkdir } from 'node:fs/promises';
import lockfile from 'proper-lockfile';

/**
 * Takes a folder for this process. A holder that died is noticed after five seconds without a sign of life.
 * Throws a one-line Error where another process is alive in it.
 */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  try {
    return await lockfile.lock(folder, {
      stale: 5_000,
      update: 1_000,
      retries: { retries: 6, minTimeout: 1_000, maxTimeout: 1_000 },
      onCompromised,
    });
  } catch (cause) {
    if (!isHeld(cause)) throw cause;
    const what = `The embedded database in ${folder} is in use by another process.`;
    const then = 'Stop that one, choose another DATA_DIR, or set DATABASE_URL to share a PostgreSQL.';
    throw new Error(`${what} ${then}`, { cause });
  }
}

/** Another process holds it; anything else is a fault of the disk or of its rights, which says itself what it is. */
function isHeld(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ELOCKED';
}

/** Thrown where nobody can catch it, so that the process ends: another one may write into the same database. */
class LockLost extends Error {
  override readonly name = 'LockLost';
}

function onCompromised(cause: Error): void {
  const what =
    'The lock of the embedded database is gone: somebody removed data.lock, or this process stood still.';
  throw new LockLost(`${what} Leave it alone while the service runs, and start again.`, { cause });
}
