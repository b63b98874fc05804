import type { Deps } from '../deps.ts';
import type { Fault } from './check-log.ts';
import type { Checkpoint, Seal } from './core/seal.ts';
import { findLastSeal, findSeal } from './seal-store.ts';

type Outside = {
  /** Asked about each seal in turn. */
  readonly seen: (seal: Seal) => Promise<Fault | null>;
  /** Asked when there are no more. */
  readonly rest: () => Promise<Fault | null>;
  /** How many were the same. */
  readonly compared: () => number;
};

/**
 * Holds seals against the checkpoints that have left the database: what is in both must be the same, and what was told
 * outside must still be there. `replaced`: another seal stands in its place, as after an old copy was restored. `lost`: none.
 */
export function compareOutside(
  deps: Pick<Deps, 'db'> | null,
  checkpoints: AsyncIterable<Checkpoint>,
  after: number,
): Outside {
  const lines = checkpoints[Symbol.asyncIterator]();
  let next: Checkpoint | null | undefined; // undefined: not read yet

  let before = after;
  let same = 0;

  async function toldFrom(number: number): Promise<Checkpoint | null> {
    while (next === undefined || (next && next.number < number)) {
      const { value, done } = await lines.next();
      next = done ? null : value;
    }
    return next;
  }

  return {
    seen: async (seal) => {
      const told = await toldFrom(seal.number);
      before = seal.number;
      if (told?.number !== seal.number) return null;
      same += told.hash === seal.hash ? 1 : 0;
      if (told.hash === seal.hash) return null;
      return { kind: 'replaced', seal: seal.number, seq: null };
    },
    compared: () => same,
    rest: async () => {
      const told = await toldFrom(before + 1);
      if (!told) return null;
      // Sealed after the reading had begun?
      if (deps && (await findSeal(deps.db, told.number))?.hash === told.hash) return null;
      const last = deps ? ((await findLastSeal(deps.db))?.number ?? 0) : before;
      return { kind: last >= told.number ? 'replaced' : 'lost', seal: told.number, seq: null };
    },
  };
}
