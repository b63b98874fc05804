import type { Checkpoint, Seal } from '../../domain/audit/seal.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import { stillHolds } from './deliver.ts';
import { findLastSeal } from './seal-store.ts';
import type { ChainFault } from './verify-chain.ts';

type Outside = {
  /** The caller passes each seal, in ascending order. Returns a fault if the seal's checkpoint has another hash. */
  readonly seen: (seal: Seal) => Promise<ChainFault | null>;
  /** The caller calls it after the last seal. Returns a fault if a later checkpoint has no seal. */
  readonly rest: () => Promise<ChainFault | null>;
  /** The number of seals that equal their checkpoints. */
  readonly compared: () => number;
};

/**
 * Compares seals with the checkpoints that have left the database. A seal and its checkpoint must have the same hash.
 * A checkpoint from before `neededUntil` (milliseconds since 1970) must also have a seal. The fault `replaced` means
 * that another seal has the number, as after somebody restored an old copy. The fault `lost` means that no seal has
 * the number.
 */
export function compareOutside(
  deps: Pick<Deps, 'db'> | null,
  checkpoints: AsyncIterable<Checkpoint> | undefined,
  after: number,
  neededUntil = Number.POSITIVE_INFINITY,
): Outside {
  const lines = checkpoints?.[Symbol.asyncIterator]();
  let next: Checkpoint | null | undefined = lines ? undefined : null; // undefined: not read yet

  let before = after;
  let same = 0;

  async function publishedFrom(number: number): Promise<Checkpoint | null> {
    while (next === undefined || (next && next.number < number)) {
      const read = await lines?.next();
      next = read && !read.done ? read.value : null;
    }
    return next;
  }

  return {
    seen: async (seal) => {
      const published = await publishedFrom(seal.number);
      before = seal.number;
      if (published?.number !== seal.number) return null;
      if (published.hash !== seal.hash) return { kind: 'replaced', seal: seal.number, seq: null };
      same += 1;
      return null;
    },
    compared: () => same,
    rest: async () => {
      const published = await publishedFrom(before + 1);
      if (!published || Date.parse(published.sealedAt) >= neededUntil) return null;
      if (deps && (await stillHolds(deps, published))) return null; // an instance sealed it after the read began
      const last = deps ? ((await findLastSeal(deps.db))?.number ?? 0) : before;
      return { kind: last >= published.number ? 'replaced' : 'lost', seal: published.number, seq: null };
    },
  };
}
