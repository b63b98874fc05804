import type { Deps } from '../deps.ts';
import type { Checkpoint } from './core/seal.ts';
import { findDelivered, lockDelivery, saveDelivered } from './delivery-store.ts';
import { findSeal, findSealsAfter } from './seal-store.ts';

const atOnce = 20;

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

/** Sends to a place what it has not been sent yet; of many instances one at a time. A failure is tried again from there. */
export async function deliverCheckpoints(
  { db }: Pick<Deps, 'db'>,
  place: string,
  send: (checkpoints: readonly Checkpoint[]) => Promise<void>,
): Promise<void> {
  await db.transaction().execute(async (tx) => {
    if (!(await lockDelivery(tx, place))) return;
    const seals = await findSealsAfter(tx, await findDelivered(tx, place), atOnce);
    const last = seals.at(-1);
    if (!last) return;
    await send(seals);
    await saveDelivered(tx, place, last.number);
  });
}

/** Whether a checkpoint that left the database is still in it. Where it is not, the database is an old copy or was rewritten. */
export async function stillHolds({ db }: Pick<Deps, 'db'>, { number, hash }: Checkpoint): Promise<boolean> {
  return (await findSeal(db, number))?.hash === hash;
}
