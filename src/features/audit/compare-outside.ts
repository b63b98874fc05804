import type { Checkpoint, Seal } from '../../domain/audit/seal.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import { stillHolds } from './deliver.ts';
import { findLastSeal } from './seal-store.ts';
import type { ChainFault } from './verify-chain.ts';

type Outside = {
  /** Asked about each seal in turn. */
  readonly seen: (seal: Seal) => Promise<ChainFault | null>;
  /** Asked when there are no more. */
  readonly rest: () => Promise<ChainFault | null>;
  /** How many were the same. */
  readonly compared: () => number;
};

/**
 * Holds seals against the checkpoints that have left the database: what is in both must be the same, and what was told
 * outside must still be there, if it was sealed before `neededUntil` (milliseconds since 1970). `replaced`: another seal
 * stands in its place, as after an old copy was restored. `lost`: none.
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
      if (deps && (await stillHolds(deps, published))) return null; // sealed after the reading had begun
      const last = deps ? ((await findLastSeal(deps.db))?.number ?? 0) : before;
      return { kind: last >= published.number ? 'replaced' : 'lost', seal: published.number, seq: null };
    },
  };
}
