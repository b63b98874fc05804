import { readRanges } from '../../domain/audit/ranges.ts';
import type { Checkpoint, Seal } from '../../domain/audit/seal.ts';
import { gravest, type Severity } from '../../domain/audit/severity.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import { claimDelivery, endDelivery, findDelivered } from './delivery-store.ts';
import { findSeal, findSealsAfter, findTypesIn } from './seal-store.ts';

const atOnce = 20;
/** Longer than the service waits for an answer from any destination. */
const claimMs = 15_000;

/** Appends to a file of this instance the checkpoints that the file lacks. */
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
 * Sends a destination the checkpoints that it has not received. Only one instance delivers to a destination at a time.
 * After a failure, the next call sends the same checkpoints again. It uses no transaction, because a slow destination
 * would block a connection and the embedded database has only one.
 */
export async function deliverCheckpoints(
  { db }: Pick<Deps, 'db'>,
  destination: string,
  send: (checkpoints: readonly (Checkpoint & { readonly severity: Severity })[]) => Promise<void>,
): Promise<void> {
  const news = await findSealsAfter(db, await findDelivered(db, destination), 1);
  if (news.length === 0) return;
  const now = new Date();
  const claim = await claimDelivery(db, destination, now, new Date(now.getTime() + claimMs));
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

/** Adds to each seal the severity of its gravest event. */
async function graded(db: Deps['db'], seals: readonly Seal[]) {
  const all: (Seal & { severity: Severity })[] = [];
  for (const seal of seals)
    all.push({ ...seal, severity: gravest(await findTypesIn(db, readRanges(seal.events) ?? [])) });
  return all;
}

/**
 * True if the database still contains a checkpoint that has left it. If not, the database is an old copy, or somebody
 * rewrote it.
 */
export async function stillHolds({ db }: Pick<Deps, 'db'>, { number, hash }: Checkpoint): Promise<boolean> {
  return (await findSeal(db, number))?.hash === hash;
}
