import { listKeys } from '../../features/tokens/list-keys.ts';
import { revokeKey } from '../../features/tokens/retire-keys.ts';
import { rotateKeys } from '../../features/tokens/rotate-keys.ts';
import { countEncrypted } from '../../features/vault-rotation/count-encrypted.ts';
import type { Config } from '../config/config.ts';
import { type OpenedDatabase, openDatabase } from '../open-database.ts';
import { consoleContext } from './shell.ts';
import { type Commands, command, flag, read, readArgument } from './words.ts';

type Terminal = { readonly print: (line: string) => void };

const rotateWords = () =>
  command('rotate', 'make the next signing key', flag('--now', 'it signs at once: use this after a leak'));

const revokeWords = () =>
  command('revoke', 'end a signing key at once, and every token that it signed')
    .argument('<KID>', 'which, as keys list shows it; it may begin with a hyphen')
    .allowUnknownOption();

/** Makes the next signing key. Every running instance is notified. */
export async function rotateCommand(
  config: Config,
  args: readonly string[],
  { print }: Terminal,
): Promise<void> {
  const { now = false } = read<{ now?: boolean }>(rotateWords, args);
  await withDatabase(config, async ({ database, vault }) => {
    const input = { atOnce: now, actorId: null };
    const rotated = await rotateKeys({ db: database.db, vault }, consoleContext(), input);
    if (!rotated) throw new Error('Nothing was rotated.');
    const { kid, signsFrom, made } = rotated;
    print(
      made ? `Made ${kid}.` : `${kid} was made a moment ago, or is already waiting. No other key was made.`,
    );
    print(`It signs from ${signsFrom.toISOString()}. The previous key verifies tokens for another day.`);
  });
}

export async function listKeysCommand(config: Config, { print }: Terminal): Promise<void> {
  await withDatabase(config, async ({ database: { db } }) => {
    for (const { kid, phase, signsFrom, retiresAt } of await listKeys({ db })) {
      const end = retiresAt ? `  until ${retiresAt.toISOString()}` : '';
      print(`${kid}  ${phase.padEnd(9)}  signs from ${signsFrom.toISOString()}${end}`);
    }
  });
}

export async function revokeCommand(
  config: Config,
  args: readonly string[],
  { print }: Terminal,
): Promise<void> {
  const kid = readArgument(revokeWords, args);
  await withDatabase(config, async ({ database, vault }) => {
    const { signer } = await revokeKey({ db: database.db, vault }, consoleContext(), kid, null);
    print(`${kid} is revoked, with every token that it signed. ${signer} signs now.`);
  });
}

/** Counts the values that each key has encrypted, so that the operator knows when to remove a key. */
export async function vaultCommand(config: Config, { print }: Terminal): Promise<void> {
  await withDatabase(config, async ({ database, vault }) => {
    const counts = await countEncrypted({ db: database.db });
    const ids = new Set([...vault.keyIds, ...counts.map(({ keyId }) => keyId)]);
    for (const id of ids) {
      const own = counts.filter(({ keyId }) => keyId === id);
      const rows = own.reduce((sum, { count }) => sum + count, 0);
      const where = own.map(({ table, count }) => `${table} ${count}`).join(', ');
      print(
        `${id.padEnd(12)} ${String(rows).padStart(9)} values  ${meaningOf(vault.keyIds, id, rows)}${where && `: ${where}`}`,
      );
    }
  });
}

function meaningOf(keyIds: readonly string[], id: string, rows: number): string {
  if (keyIds[0] === id) return 'encrypts';
  if (!keyIds.includes(id)) return 'MISSING from VAULT_KEYS: nobody can decrypt these';
  return rows === 0 ? 'may be removed from VAULT_KEYS' : 'still needed';
}

async function withDatabase(config: Config, work: (opened: OpenedDatabase) => Promise<void>): Promise<void> {
  const opened = await openDatabase(config);
  try {
    await work(opened);
  } finally {
    await opened.database.close();
  }
}

const listKeysWords = () => command('list', 'the keys that sign tokens, and what each is for at present');
const vaultWords = () => command('vault', 'how many values each of VAULT_KEYS encrypts');

export const keyCommands: Commands = (config, there) => [
  [listKeysWords, () => listKeysCommand(config(), there)],
  [rotateWords, (args) => rotateCommand(config(), args, there)],
  [revokeWords, (args) => revokeCommand(config(), args, there)],
  [vaultWords, () => vaultCommand(config(), there)],
];
