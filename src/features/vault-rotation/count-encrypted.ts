import type { Deps } from '../../platform/kernel/deps.ts';
import { encryptedColumns } from './encrypted-columns.ts';
import { countByKey } from './encrypted-store.ts';

export type EncryptedCount = { readonly table: string; readonly keyId: string; readonly count: number };

/** How many values each vault key has encrypted, by table. A key with no values is no longer needed. */
export async function countEncrypted({ db }: Pick<Deps, 'db'>): Promise<readonly EncryptedCount[]> {
  const counts: EncryptedCount[] = [];
  for (const column of encryptedColumns)
    for (const one of await countByKey(db, column)) counts.push({ table: column.table, ...one });
  return counts;
}
