import { randomBytes } from 'node:crypto';
import { access, type FileHandle, link, mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { VaultKey } from '../lib/crypto/vault.ts';
import { VaultKeys } from './config/vault-keys.ts';

type Keys = readonly [VaultKey, ...VaultKey[]];

const posix = process.platform !== 'win32'; // Windows has other permissions and does not sync folders

/**
 * The keys of an embedded database, from the file `vault-keys` in its folder. The first call creates the file. The
 * caller must call this before it opens the database.
 * Throws a one-line Error if there is a database without a key file, because new keys would lock out every user with a
 * factor. Throws one too if the file is damaged or other users can read it.
 */
export async function loadDataKeys(dataDir: string): Promise<Keys> {
  if (dataDir === 'memory:') return [newKey()];
  const file = join(dataDir, 'vault-keys');
  const database = join(dataDir, 'database');
  const hasDatabase = await exists(database); // checked first: another process may be creating both right now

  const keys = await readKeys(file);
  if (keys) return keys;
  if (hasDatabase) {
    const what = `${file} is missing, and no other key can decrypt the factors in ${database}.`;
    throw new Error(`${what} Put the file back, or remove the database to begin anew.`);
  }
  await makeKeys(dataDir, file);
  const made = await readKeys(file); // perhaps by another process
  if (!made)
    throw new Error(`${file} cannot be created. Check whether it is a link to a path that does not exist.`);
  return made;
}

async function readKeys(file: string): Promise<Keys | undefined> {
  await using handle = await openIfThere(file);
  if (!handle) return undefined;
  const { mode } = await handle.stat();
  if (posix && mode & 0o077) {
    throw new Error(`Other users of this machine can read ${file}. Make it private: chmod 600 ${file}`);
  }
  const { data } = VaultKeys.safeParse((await handle.readFile('utf8')).trim());
  if (!data) throw new Error(`${file} is damaged: it must hold id:base64(32 bytes). Restore it from a copy.`);
  return data;
}

/** The file appears with its whole content or not at all. If several processes create it, the first one wins. */
async function makeKeys(dataDir: string, file: string): Promise<void> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const draft = `${file}.${randomBytes(8).toString('hex')}`;
  const { id, key } = newKey();
  try {
    await writeSynced(draft, `${id}:${key.toString('base64')}\n`);
    await link(draft, file).catch(ignore('EEXIST'));
  } finally {
    await rm(draft, { force: true });
  }
  if (posix) await syncFolder(dataDir);
}

async function writeSynced(file: string, text: string): Promise<void> {
  await using handle = await open(file, 'wx', 0o600);
  await handle.writeFile(text);
  await handle.sync();
}

async function syncFolder(folder: string): Promise<void> {
  await using handle = await open(folder);
  await handle.sync();
}

function newKey(): VaultKey {
  return { id: `k${randomBytes(4).toString('hex')}`, key: randomBytes(32) };
}

async function openIfThere(file: string): Promise<FileHandle | undefined> {
  return open(file).catch(ignore('ENOENT'));
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

function ignore(code: string) {
  return (error: unknown): undefined => {
    if (!(error instanceof Error && 'code' in error && error.code === code)) throw error;
  };
}
