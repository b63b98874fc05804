import type { Deps } from '../../platform/kernel/deps.ts';
import { encryptedColumns } from './encrypted-columns.ts';
import { countByKey } from './encrypted-store.ts';

export type EncryptedCount = { readonly table: string; readonly keyId: string; readonly count: number };

/** How many values each key of the vault has sealed, by table: one that has sealed none is no longer needed. */
export async function countEncrypted({ db }: Pick<Deps, 'db'>): Promise<readonly EncryptedCount[]> {
  const counts: EncryptedCount[] = [];
  for (const column of encryptedColumns)
    for (const one of await countByKey(db, column)) counts.push({ table: column.table, ...one });
  return counts;
}
