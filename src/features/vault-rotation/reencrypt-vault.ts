import { inTransaction } from '../../../db/in-transaction.ts';
import { internalClient } from '../../lib/client-info.ts';
import type { Vault } from '../../lib/crypto/vault.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import { writeAudit } from '../audit/audit-store.ts';
import { type EncryptedColumn, encryptedColumns } from './encrypted-columns.ts';
import {
  findStale,
  nextRows,
  type Reencrypted,
  replaceEncrypted,
  type Stale,
  tryLockReencryption,
} from './encrypted-store.ts';

/** How far a run has come: the index of the column, and the key of its last row. */
export type Position = { readonly column: number; readonly after: string | null };

export type Batch = {
  /** Null at the end of the run. */
  readonly next: Position | null;
  readonly reencrypted: number;
  /** Values that none of our keys decrypts. */
  readonly lost: number;
};

export const firstPosition: Position = { column: 0, after: null };
const atOnce = 500;

/**
 * Re-encrypts the next few values that an older key has encrypted, unless another instance is doing so. Audits this
 * in the same transaction. A value that no key decrypts stays as it is, because an operator may add its key again.
 */
export async function reencryptBatch(
  { db, vault }: Pick<Deps, 'db' | 'vault'>,
  at: Position,
): Promise<Batch> {
  const column = encryptedColumns[at.column];
  if (!column) return { next: null, reencrypted: 0, lost: 0 };
  const now = new Date();
  return inTransaction(db, async (tx) => {
    if (!(await tryLockReencryption(tx))) return { next: at, reencrypted: 0, lost: 0 };
    const keys = await nextRows(tx, column, at.after, atOnce);
    const stale = await findStale(tx, column, keys, vault.keyIds[0]);
    const fresh = stale.flatMap((one) => reencrypted(vault, column, one));
    const done = fresh.length > 0 ? await replaceEncrypted(tx, column, fresh) : 0;
    const lost = stale.length - fresh.length;
    if (done > 0 || lost > 0) {
      const detail = { table: column.table, key: vault.keyIds[0], values: done, lost };
      const outcome = lost > 0 ? 'failure' : 'success';
      await writeAudit(
        tx,
        { client: internalClient('service'), now },
        { type: 'vault_resealed', outcome, detail },
      );
    }
    const last = keys.at(-1);
    const more = keys.length === atOnce && last !== undefined;
    return { next: more ? { ...at, after: last } : nextColumn(at), reencrypted: done, lost };
  });
}

function nextColumn({ column }: Position): Position | null {
  return column + 1 < encryptedColumns.length ? { column: column + 1, after: null } : null;
}

function reencrypted(
  vault: Vault,
  { associatedDataOf }: EncryptedColumn,
  { key, sealed, beside }: Stale,
): Reencrypted[] {
  const associatedData = associatedDataOf(key, beside);
  try {
    return [{ key, sealed, fresh: vault.encrypt(vault.decrypt(sealed, associatedData), associatedData) }];
  } catch {
    return [];
  }
}
