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
  /** Signs at once: for a key that leaked. Whoever keeps our keys refuses its tokens until they read them again. */
  readonly atOnce: boolean;
  /** Only where the newest key has signed for so many days. */
  readonly dueAfterDays?: number;
  readonly actorId: string | null;
};

export type Rotated = { readonly kid: string; readonly signsFrom: Date; readonly made: boolean };

/** What comes again so soon is the same wish: of two rotations at once only the first makes a key. */
const sameWishMs = 60_000;

/**
 * Makes the next signing key: published now, signing in ten minutes. Where one waits already, it stays at that. In a
 * hurry a waiting one is thrown away, for it may have leaked with the other. Null where none is due.
 */
export async function rotateKeys(
  deps: Pick<Deps, 'db' | 'vault'>,
  ctx: AuditContext,
  { atOnce, dueAfterDays, actorId }: RotateInput,
): Promise<Rotated | null> {
  return inTransaction(deps.db, async (tx) => {
    await lockSigningKeys(tx);
    const now = new Date(); // not before the lock: a rotation that was waited for is not in the future
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

/** Whether the newest key was made in a hurry just now. The very first was not: it replaced none. */
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
