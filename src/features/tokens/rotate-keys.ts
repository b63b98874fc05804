import type { Db } from '../../../db/connect.ts';
import { inTransaction } from '../../../db/in-transaction.ts';
import {
  isDue,
  isWaiting,
  type KeyTimes,
  newestFirst,
  publishedSeconds,
} from '../../domain/tokens/signing-key.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { AuditContext } from '../../platform/kernel/request-context.ts';
import { writeAudit } from '../audit/audit-store.ts';
import {
  deleteSigningKey,
  findSigningKeys,
  insertSigningKey,
  lockSigningKeys,
  publishSigningKeysChanged,
} from './signing-key-store.ts';
import { newSigningKey } from './signing-keys.ts';

export type RotateInput = {
  /**
   * The new key signs at once, because the old one leaked. Services that cache our keys refuse its tokens until they
   * read the keys again.
   */
  readonly atOnce: boolean;
  /** Rotates only if the newest key has signed for this many days. */
  readonly dueAfterDays?: number;
  readonly actorId: string | null;
};

export type Rotated = { readonly kid: string; readonly signsFrom: Date; readonly made: boolean };

/** Two urgent rotations within this time count as one: only the first makes a key. */
const sameWishMs = 60_000;

/**
 * Makes the next signing key, which is published now and signs in ten minutes. If a key is already waiting, no other
 * is made. With `atOnce`, a waiting key is deleted, because it may have leaked with the signing key. Returns null if
 * no rotation is due.
 */
export async function rotateKeys(
  deps: Pick<Deps, 'db' | 'vault'>,
  ctx: AuditContext,
  { atOnce, dueAfterDays, actorId }: RotateInput,
): Promise<Rotated | null> {
  return inTransaction(deps.db, async (tx) => {
    await lockSigningKeys(tx);
    const now = new Date(); // read after the lock, so that an earlier rotation is not in the future
    const keys = newestFirst(await findSigningKeys(tx));
    const [newest] = keys;
    if (dueAfterDays !== undefined && !isDue(keys, dueAfterDays, now)) return null;
    if (newest && (atOnce ? isSameWish(keys, now) : isWaiting(newest, now)))
      return { kid: newest.kid, signsFrom: newest.signsFrom, made: false };

    for (const key of keys) if (isWaiting(key, now)) await deleteSigningKey(tx, key.kid);
    const signsFrom = atOnce ? now : new Date(now.getTime() + publishedSeconds * 1000);
    const made = newSigningKey(deps, now, signsFrom);
    await insertSigningKey(tx, made);
    await auditRotation(
      tx,
      { ...ctx, now },
      { kid: made.kid, signsFrom, atOnce, actorId, bySchedule: dueAfterDays !== undefined },
    );
    return { kid: made.kid, signsFrom, made: true };
  });
}

/**
 * Whether an urgent rotation made the newest key just now. The very first key does not count, because it replaced
 * none.
 */
function isSameWish(keys: readonly KeyTimes[], now: Date): boolean {
  const [newest, before] = keys;
  if (!newest || !before || newest.createdAt.getTime() !== newest.signsFrom.getTime()) return false;
  return Math.abs(now.getTime() - newest.createdAt.getTime()) < sameWishMs;
}

type RotationEvent = {
  readonly kid: string;
  readonly signsFrom: Date;
  readonly atOnce: boolean;
  readonly actorId: string | null;
  readonly bySchedule: boolean;
};

async function auditRotation(tx: Db, ctx: AuditContext, { actorId, ...what }: RotationEvent): Promise<void> {
  const { kid, signsFrom, atOnce, bySchedule } = what;
  const detail = { kid, signs_from: signsFrom.toISOString(), at_once: atOnce, by_schedule: bySchedule };
  const event = { type: 'signing_keys_rotated', outcome: 'success', area: 'admin', actorId, detail } as const;
  await writeAudit(tx, ctx, event);
  await publishSigningKeysChanged(tx);
}
