import { readRanges } from '../../domain/audit/ranges.ts';
import type { Checkpoint, Seal } from '../../domain/audit/seal.ts';
import { gravest, type Severity } from '../../domain/audit/severity.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import { claimDelivery, endDelivery, findDelivered } from './delivery-store.ts';
import { findSeal, findSealsAfter, findTypesIn } from './seal-store.ts';

const atOnce = 20;
/** Longer than any place is waited for. */
const claimMs = 15_000;

/** Appends to a file of this instance what it does not hold yet. */
export async function appendCheckpoints(
  { db }: Pick<Deps, 'db'>,
  file: {
    readonly last: () => Promise<Checkpoint | null>;
    readonly append: (checkpoints: readonly Checkpoint[]) => Promise<void>;
  },
): Promise<void> {
  const last = await file.last();
  for (let at = last?.number ?? 0; ; ) {
    const seals = await findSealsAfter(db, at, atOnce);
    await file.append(seals);
    at = seals.at(-1)?.number ?? at;
    if (seals.length < atOnce) return;
  }
}

/**
 * Sends to a place what it has not been sent yet; of many instances one at a time. A failure is tried again from there.
 * In no transaction: a place that is slow to answer would hold a connection, and the embedded database has only one.
 */
export async function deliverCheckpoints(
  { db }: Pick<Deps, 'db'>,
  place: string,
  send: (checkpoints: readonly (Checkpoint & { readonly severity: Severity })[]) => Promise<void>,
): Promise<void> {
  const news = await findSealsAfter(db, await findDelivered(db, place), 1);
  if (news.length === 0) return;
  const now = new Date();
  const claim = await claimDelivery(db, place, now, new Date(now.getTime() + claimMs));
  if (!claim) return;
  let delivered = claim.number;
  try {
    const seals = await findSealsAfter(db, delivered, atOnce);
    await send(await graded(db, seals));
    delivered = seals.at(-1)?.number ?? delivered;
  } finally {
    await endDelivery(db, claim, delivered);
  }
}

/** Each with the severity of its gravest event. */
async function graded(db: Deps['db'], seals: readonly Seal[]) {
  const all: (Seal & { severity: Severity })[] = [];
  for (const seal of seals)
    all.push({ ...seal, severity: gravest(await findTypesIn(db, readRanges(seal.events) ?? [])) });
  return all;
}

/** Whether a checkpoint that left the database is still in it. Where it is not, the database is an old copy or was rewritten. */
export async function stillHolds({ db }: Pick<Deps, 'db'>, { number, hash }: Checkpoint): Promise<boolean> {
  return (await findSeal(db, number))?.hash === hash;
}
