import type { Deps } from '../../platform/kernel/deps.ts';
import { sealedColumns } from './sealed-columns.ts';
import { countByKey } from './sealed-store.ts';

export type SealedCount = { readonly table: string; readonly keyId: string; readonly count: number };

/** How many values each key of the vault has sealed, by table: one that has sealed none is no longer needed. */
export async function countSealed({ db }: Pick<Deps, 'db'>): Promise<readonly SealedCount[]> {
  const counts: SealedCount[] = [];
  for (const column of sealedColumns)
    for (const one of await countByKey(db, column)) counts.push({ table: column.table, ...one });
  return counts;
}
