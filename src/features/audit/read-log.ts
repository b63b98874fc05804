import { isIn, readRanges } from '../../domain/audit/ranges.ts';
import { type Cut, genesis, type Link, type Seal, type SealedEvent } from '../../domain/audit/seal.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import { findCut, findEventsAfter, findGiven, findLastSeal, findSealsAfter } from './seal-store.ts';

/** The whole log in one order: where it begins, then each seal behind the events that it could cover. */
export type LogRecord =
  | { readonly cut: Cut }
  | { readonly event: SealedEvent }
  | { readonly seal: Seal }
  /** Behind the last seal there was. */
  | { readonly end: End };

export type End = {
  readonly number: number;
  /** The highest number that an event was given so far. */
  readonly given: number;
  /** There is more to read. Else events may follow that no seal covers yet, with numbers up to `given`. */
  readonly more: boolean;
};

const eventsAtOnce = 2_000;
const sealsAtOnce = 100;

/**
 * Reads the log in pages, in constant memory: from its beginning, or behind a seal; to its end, or to the first seal by
 * which it has read `most` events. What happens or is sealed meanwhile is left for the next time.
 */
export async function* readLog(
  { db }: Pick<Deps, 'db'>,
  { after, most = Number.POSITIVE_INFINITY }: { readonly after?: Link; readonly most?: number } = {},
): AsyncGenerator<LogRecord> {
  const last = (await findLastSeal(db))?.number ?? 0;
  const given = await findGiven(db);
  const cut = after ? undefined : await findCut(db);
  if (cut) yield { cut };
  let at = after?.number ?? genesis.number; // before a cut there is no seal but a forged one
  let seq = after ? beforeFirst(after) : null;
  let read = 0;
  const open = readRanges(after?.open ?? '') ?? [];
  const isBehind = ({ seq: number }: SealedEvent) => !after || number > after.reached || isIn(open, number);

  async function* eventsUpTo(reached: number): AsyncGenerator<LogRecord> {
    for (;;) {
      const found = await findEventsAfter(db, seq, eventsAtOnce, reached);
      const isFull = found.length === eventsAtOnce;
      const page = isFull ? wholeNumbers(found) : found;
      for (const event of page) if (isBehind(event)) yield { event };
      seq = page.at(-1)?.seq ?? seq;
      read += page.length;
      if (!isFull) return;
    }
  }

  while (at < last) {
    const seals = await findSealsAfter(db, at, sealsAtOnce);
    if (seals.length === 0) break;
    for (const seal of seals) {
      if (seal.number > last) break;
      // Behind a gap the seal comes first: it tells of the fault before the events of all that are missing are held for it.
      if (seal.number <= Math.max(at, cut?.through ?? 0) + 1) yield* eventsUpTo(seal.reached);
      yield { seal };
      at = seal.number;
      if (read >= most && at < last) {
        yield { end: { number: at, given, more: true } };
        return;
      }
    }
  }
  yield { end: { number: at, given, more: false } };
  yield* eventsUpTo(given);
}

/**
 * Without the last number, of which the next page may hold more: the owner of the table may have dropped its key and added
 * an event whose number another has.
 */
function wholeNumbers(page: readonly SealedEvent[]): readonly SealedEvent[] {
  const last = page.at(-1)?.seq;
  const others = page.filter(({ seq }) => seq !== last);
  return others.length > 0 ? others : page;
}

/** Events that were late when this seal was made are behind it, too. */
function beforeFirst({ reached, open }: Link): number {
  const first = readRanges(open)?.[0]?.[0];
  return first === undefined ? reached : first - 1;
}
