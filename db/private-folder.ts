import { chmod, mkdir, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

const posix = process.platform !== 'win32'; // Windows has other permissions

/** Creates the folder of an embedded database if there is none. Throws, with a remedy, if other users can enter it. */
export async function privateFolder(folder: string): Promise<void> {
  const what = `The folder ${folder} of the embedded database`;
  const state = await mkdir(folder, { recursive: true, mode: 0o700 })
    .then(() => stat(folder))
    .catch((cause) => {
      throw new Error(
        `${what} cannot be created (${cause.code}). Allow the user of the service to create it, or choose another DATA_DIR.`,
        { cause },
      );
    });
  if (posix && state.mode & 0o077)
    throw new Error(
      `Other users of this machine can enter ${folder}, the folder of the embedded database. Make it private: chmod 700 ${folder}`,
    );
}

/**
 * Makes the files private, because PGlite unpacks them readable by everybody. The mode also protects a copy of the
 * folder.
 */
export async function keepPrivate(folder: string): Promise<void> {
  if (!posix) return;
  await chmod(folder, 0o700);
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const entry of entries)
    await chmod(join(entry.parentPath, entry.name), entry.isDirectory() ? 0o700 : 0o600);
}
