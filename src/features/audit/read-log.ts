import { isIn, readRanges } from '../../domain/audit/ranges.ts';
import { type Cut, genesis, type Link, type Seal, type SealedEvent } from '../../domain/audit/seal.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import { findCut, findEventsAfter, findGiven, findLastSeal, findSealsAfter } from './seal-store.ts';

/** The whole log in one order: the cut first, then each seal after the events that it can cover. */
export type LogRecord =
  | { readonly cut: Cut }
  | { readonly event: SealedEvent }
  | { readonly seal: Seal }
  /** Follows the last seal. */
  | { readonly end: End };

export type End = {
  readonly number: number;
  /** The highest number that any event has received so far. */
  readonly given: number;
  /** True if the log continues. If false, events without a seal may follow, with numbers up to `given`. */
  readonly more: boolean;
};

const eventsAtOnce = 2_000;
const sealsAtOnce = 100;

/**
 * Reads the log in pages, in constant memory. It begins at the start of the log or after a seal. It ends at the end
 * of the log, or at the first seal by which it has read `most` events or `isOver` says so. It leaves out events and
 * seals that arrive during the read.
 */
export async function* readLog(
  { db }: Pick<Deps, 'db'>,
  {
    after,
    most = Number.POSITIVE_INFINITY,
    isOver = () => false,
  }: { readonly after?: Link; readonly most?: number; readonly isOver?: () => boolean } = {},
): AsyncGenerator<LogRecord> {
  const last = (await findLastSeal(db))?.number ?? 0;
  const given = await findGiven(db);
  const cut = after ? undefined : await findCut(db);
  if (cut) yield { cut };
  let at = after?.number ?? genesis.number; // a seal before the cut is forged, so it must be read
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
      // After a gap, the seal comes before its events. The verification then finds the gap before it has to keep the
      // events of all missing seals in memory.
      if (seal.number <= Math.max(at, cut?.through ?? 0) + 1) yield* eventsUpTo(seal.reached);
      yield { seal };
      at = seal.number;
      if (at < last && (read >= most || isOver())) {
        yield { end: { number: at, given, more: true } };
        return;
      }
    }
  }
  yield { end: { number: at, given, more: false } };
  yield* eventsUpTo(given);
}

/**
 * Leaves out the last number, because the next page may contain another event with it. Only the owner of the table
 * can cause this: they drop its key and add an event with a used number.
 */
function wholeNumbers(page: readonly SealedEvent[]): readonly SealedEvent[] {
  const last = page.at(-1)?.seq;
  const others = page.filter(({ seq }) => seq !== last);
  return others.length > 0 ? others : page;
}

/** Events that were late when this seal was made also come after it. */
function beforeFirst({ reached, open }: Link): number {
  const first = readRanges(open)?.[0]?.[0];
  return first === undefined ? reached : first - 1;
}
