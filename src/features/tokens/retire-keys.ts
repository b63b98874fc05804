import type { Db } from '../../../db/connect.ts';
import { inTransaction } from '../../../db/in-transaction.ts';
import { newestFirst, phaseOfKey, signerAt } from '../../domain/tokens/signing-key.ts';
import { notFound } from '../../lib/problem.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { AuditContext } from '../../platform/kernel/request-context.ts';
import { writeAudit } from '../audit/audit-store.ts';
import {
  deleteSigningKey,
  findSigningKeys,
  insertSigningKey,
  lockSigningKeys,
  publishSigningKeysChanged,
  type SigningKeyRow,
} from './signing-key-store.ts';
import { newSigningKey } from './signing-keys.ts';

/**
 * Deletes the retired keys with their private part. A key retires when its last token has expired. Returns the number
 * of deleted keys.
 */
export async function retireKeys({ db }: Pick<Deps, 'db'>, asked: AuditContext): Promise<number> {
  return inTransaction(db, async (tx) => {
    await lockSigningKeys(tx);
    const ctx = afterLock(asked);
    const gone = await eraseRetired(tx, ctx, newestFirst(await findSigningKeys(tx)));
    if (gone > 0) await publishSigningKeysChanged(tx);
    return gone;
  });
}

/**
 * Ends a leaked key at once, with every token that it signed. If it was the signing key, the same transaction makes
 * another. Throws 404 not-found. Returns the `kid` of the key that signs now.
 */
export async function revokeKey(
  deps: Pick<Deps, 'db' | 'vault'>,
  asked: AuditContext,
  kid: string,
  actorId: string | null,
): Promise<{ readonly signer: string }> {
  return inTransaction(deps.db, async (tx) => {
    await lockSigningKeys(tx);
    const ctx = afterLock(asked);
    const keys = newestFirst(await findSigningKeys(tx));
    if (!keys.some((key) => key.kid === kid)) throw notFound({ detail: 'There is no such signing key.' });
    await eraseRetired(tx, ctx, keys); // without its successor, a retired key would verify again
    await deleteSigningKey(tx, kid);
    const before = signerAt(keys, ctx.now);
    const signer = before && before.kid !== kid ? before : await another(deps, tx, ctx.now);
    const detail = { kid, signer: signer.kid };
    const event = {
      type: 'signing_key_revoked',
      outcome: 'success',
      area: 'admin',
      actorId,
      detail,
    } as const;
    await writeAudit(tx, ctx, event);
    await publishSigningKeysChanged(tx);
    return { signer: signer.kid };
  });
}

/** Time passes while the transaction waits for the lock: another rotation must not lie in the future. */
function afterLock(asked: AuditContext): AuditContext {
  return { ...asked, now: new Date() };
}

async function another(deps: Pick<Deps, 'vault'>, tx: Db, now: Date): Promise<SigningKeyRow> {
  const made = newSigningKey(deps, now, now);
  await insertSigningKey(tx, made);
  return made;
}

async function eraseRetired(tx: Db, ctx: AuditContext, keys: readonly SigningKeyRow[]): Promise<number> {
  const retired = keys.filter(({ kid }) => phaseOfKey(keys, kid, ctx.now) === 'retired');
  for (const { kid } of retired) {
    await deleteSigningKey(tx, kid);
    const event = {
      type: 'signing_key_retired',
      outcome: 'success',
      area: 'admin',
      detail: { kid },
    } as const;
    await writeAudit(tx, ctx, event);
  }
  return retired.length;
}
