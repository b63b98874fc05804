import { inTransaction } from '../../../db/in-transaction.ts';
import { rangesOf, readRanges, without, writeRanges } from '../../domain/audit/ranges.ts';
import {
  genesis,
  type Link,
  lateSeconds,
  type Seal,
  type SealedEvent,
  type Unsigned,
} from '../../domain/audit/seal.ts';
import { createChecker, type Signer, sealText } from '../../lib/crypto/audit-signer.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import { digestOf, eventsHashOf, hashOf, marksOf } from './digests.ts';
import {
  findCut,
  findLastSeal,
  findLateEvents,
  findNewEvents,
  findReachedBefore,
  lockAudit,
  saveSeal,
} from './seal-store.ts';

/** The most events of one seal: as many as a busy second brings, and few enough for memory. */
export const mostEvents = 5_000;

/**
 * The service must not vouch for this seal: no current or earlier key has signed it in its present form, or it breaks
 * the chain.
 */
export class UntrustedSeal extends Error {
  override readonly name = 'UntrustedSeal';
  readonly seal: number;

  constructor(seal: number) {
    super(`Seal ${seal} was not signed by any key in VAULT_KEYS. See docs/audit.md.`);
    this.seal = seal;
  }
}

/**
 * Seals the events that were committed since the last seal. Only one instance seals at a time; the others find the
 * lock taken. Returns null if there are no events, or if another instance is sealing. Throws UntrustedSeal instead of
 * adding a seal after an untrusted one. The new signature would vouch for that seal and for all seals before it.
 */
export async function sealEvents({
  db,
  vault: { signer },
}: Pick<Deps, 'db' | 'vault'>): Promise<Seal | null> {
  const now = new Date();
  return inTransaction(db, async (tx) => {
    if (!(await lockAudit(tx))) return null;
    const seal = await findLastSeal(tx);
    if (seal && !isOurs(seal, signer)) throw new UntrustedSeal(seal.number);
    const last = seal ?? (await endOfCut(tx));
    const open = readRanges(last.open) ?? [];
    const late = await findLateEvents(tx, open, mostEvents);
    const events = [...late, ...(await findNewEvents(tx, last, mostEvents - late.length))];
    if (events.length === 0) return null;
    const given = new Date(now.getTime() - lateSeconds * 1000);
    const expired = open.length > 0 ? await findReachedBefore(tx, given) : 0;
    const next = signed(signer, sealOf(last, { events, expired, now, key: signer.keys[0] }));
    await saveSeal(tx, next);
    return next;
  });
}

function isOurs(seal: Seal, { keys }: Signer): boolean {
  const { isOurs, isSigned } = createChecker(keys);
  return isOurs(seal.key) && hashOf(seal) === seal.hash && isSigned(sealText(seal), seal);
}

/**
 * The seal that follows `last`. Numbers up to `expired` have been missing for too long, so no later seal may cover
 * them.
 */
export function sealOf(
  last: Link,
  {
    events,
    expired,
    now,
    key,
  }: {
    readonly events: readonly SealedEvent[];
    readonly expired: number;
    readonly now: Date;
    readonly key: string;
  },
): Unsigned {
  const covered = rangesOf(events.map(({ seq }) => seq));
  const reached = Math.max(last.reached, covered.at(-1)?.[1] ?? 0);
  const waiting = (readRanges(last.open) ?? []).concat(
    reached > last.reached ? [[last.reached + 1, reached]] : [],
  );
  const gone = expired > 0 ? ([[1, expired]] as const) : [];
  const open = without(without(waiting, gone), covered);
  const digests = events.map((event) => ({ seq: event.seq, digest: digestOf(event) }));
  const times = events.map(({ at }) => at).sort();
  return {
    number: last.number + 1,
    events: writeRanges(covered),
    count: events.length,
    reached,
    open: writeRanges(open),
    lastAt: times.at(-1) ?? '',
    sealedAt: inMicros(now),
    eventsHash: eventsHashOf(digests),
    marks: marksOf(digests.map(({ digest }) => digest)),
    previous: last.hash,
    key,
  };
}

export function signed(signer: Signer, unsigned: Unsigned): Seal {
  const hash = hashOf(unsigned);
  return { ...unsigned, hash, signature: signer.sign(sealText({ number: unsigned.number, hash })) };
}

/** In microseconds, as the database writes a time. */
export function inMicros(time: Date): string {
  return time.toISOString().replace('Z', '000Z');
}

/** The link that the first remaining seal names as the one before it. */
export async function endOfCut(db: Deps['db']): Promise<Link> {
  const cut = await findCut(db);
  return cut ? { ...cut, number: cut.through } : genesis;
}
