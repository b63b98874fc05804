import type { Deps } from '../../platform/kernel/deps.ts';
import { listServiceAccounts } from '../service-accounts/show-service-accounts.ts';
import { listKeys } from '../tokens/list-keys.ts';
import { countEncrypted } from '../vault-rotation/count-encrypted.ts';

const dayMs = 86_400_000;

/**
 * The age in days of each signing key and credential. The service does not know the age of a vault key. For a vault
 * key, it gives the number of values that the key has encrypted.
 */
export async function measureKeys({ db, vault }: Pick<Deps, 'db' | 'vault'>, now: Date) {
  const days = (since: Date) => Math.floor((now.getTime() - since.getTime()) / dayMs);
  const encrypted = await countEncrypted({ db });
  const ids = new Set([...vault.keyIds, ...encrypted.map(({ keyId }) => keyId)]);
  return {
    signingKeys: (await listKeys({ db })).map((key) => ({ ...key, days: days(key.createdAt) })),
    vaultKeys: [...ids].map((id) => ({
      id,
      seals: id === vault.keyIds[0],
      known: vault.keyIds.includes(id),
      values: encrypted.filter(({ keyId }) => keyId === id).reduce((sum, { count }) => sum + count, 0),
    })),
    serviceCredentials: await credentialsOf(db, now, days),
  };
}

async function credentialsOf(db: Deps['db'], now: Date, days: (since: Date) => number) {
  const all = [];
  for (let after: string | undefined; ; ) {
    const { accounts, next } = await listServiceAccounts({ db }, { after, limit: 200 });
    for (const { name, owner, status, credentials } of accounts)
      for (const { id, kind, createdAt, expiresAt, revokedAt, lastUsedAt } of credentials) {
        if (revokedAt !== null || expiresAt <= now) continue;
        all.push({
          account: name,
          owner,
          status,
          id,
          kind,
          createdAt,
          expiresAt,
          lastUsedAt,
          days: days(createdAt),
        });
      }
    if (next === null) return all;
    after = next;
  }
}
