import { randomBytes } from 'node:crypto';
import { listKeys } from '../../src/features/tokens/list-keys.ts';
import { retireKeys, revokeKey } from '../../src/features/tokens/retire-keys.ts';
import { rotateKeys } from '../../src/features/tokens/rotate-keys.ts';
import { reencryptBatch } from '../../src/features/vault-rotation/reencrypt-vault.ts';
import { createVault, type Vault } from '../../src/lib/crypto/vault.ts';
import { wait } from './actor.ts';
import type { Case } from './audit-cases.ts';
import { consoleContext, type World } from './world.ts';

const rotate = async ({ deps }: World, atOnce = false) => {
  wait(61); // what comes again within a minute is the same wish
  return rotateKeys(deps, consoleContext(), { atOnce, actorId: null });
};

/** A vault that opens what the world's has sealed, and seals by another key. */
function rotated(vault: Vault): Vault {
  const other = createVault([{ id: 'next', key: randomBytes(32) }]);
  return { ...other, decrypt: vault.decrypt, keyIds: ['next', ...vault.keyIds] };
}

/** The audit events about keys. Afterwards the keys of the world work. */
export const keyCases: readonly Case[] = [
  {
    what: 'the next signing key',
    expected: ['signing_keys_rotated success'],
    given: async (world) => () => rotate(world),
  },
  {
    what: 'a signing key that is revoked',
    expected: ['signing_key_revoked success'],
    given: async (world) => {
      await rotate(world, true);
      const oldest = (await listKeys(world.deps)).at(-1);
      return () => revokeKey(world.deps, consoleContext(), oldest?.kid ?? '', null);
    },
  },
  {
    what: 'a signing key whose last token is over',
    expected: ['signing_key_retired success'],
    given: async (world) => {
      await rotate(world, true);
      wait(25 * 60 * 60);
      return () => retireKeys(world.deps, consoleContext());
    },
  },
  {
    what: 'what is sealed with another key',
    expected: ['vault_resealed success'],
    given: async (world) => {
      const { db, vault } = world.deps;
      const [key] = await db.selectFrom('signingKeys').selectAll().execute();
      const sealed = key?.privateSealed ?? '';
      return async () => {
        await reencryptBatch({ db, vault: rotated(vault) }, { column: 0, after: null });
        await db
          .updateTable('signingKeys')
          .set({ privateSealed: sealed })
          .where('kid', '=', key?.kid ?? '')
          .execute();
      };
    },
  },
];
