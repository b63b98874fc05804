import { isIn, type Ranges, readRanges } from './core/ranges.ts';
import { farthestJump, type Link, origin, type Seal } from './core/seal.ts';
import { digestOf, hashOf } from './digests.ts';
import { type Digests, firstWrong } from './first-wrong.ts';
import type { LogRecord } from './read-log.ts';
import { type Checker, cutText, sealText } from './signer.ts';

/** The first record that is not as it was sealed: an event by its `seq`, or where that is null a seal. */
export type Fault = {
  readonly kind:
    | 'changed'
    | 'removed'
    | 'reordered'
    | 'inserted'
    | 'unsigned'
    | 'replaced'
    | 'lost'
    | 'unsealed';
  readonly seal: number | null;
  readonly seq: number | null;
};

export type Report = {
  readonly fault: Fault | null;
  readonly firstSeal: number | null;
  readonly lastSeal: number;
  readonly events: number;
  /** Not yet sealed, and when the oldest of them happened. */
  readonly unsealed: number;
  readonly unsealedSince: string | null;
  /** There is more, behind the last seal. */
  readonly more: boolean;
};

/**
 * Reads a log and stops at the first thing that is wrong. Begins behind a seal that was checked before, or at the start.
 * `seen` is asked about each seal, to compare it with what was told outside; it answers with a fault or null.
 * Keeps in memory what a few seals cover, whatever the length of the log.
 */
export async function checkLog(
  records: AsyncIterable<LogRecord>,
  { isSigned, isOurs }: Checker,
  after?: Link,
  seen: (seal: Seal) => Promise<Fault | null> = async () => null,
): Promise<Report> {
  let link: Link = after ?? origin;
  let open: Ranges = readRanges(link.open) ?? [];
  let firstSeal: number | null = null;
  let unvouched: number | null = null;
  let [events, unsealed, more, ended] = [0, 0, false, false];
  let unsealedSince: string | null = null;
  const waiting: Digests = new Map();

  const report = (fault: Fault | null): Report => {
    const rest = { firstSeal, lastSeal: link.number, events, unsealed, unsealedSince, more };
    return { fault, ...rest };
  };
  const ofSeal = (kind: Fault['kind'], seal: number) => report({ kind, seal, seq: null });

  for await (const record of records) {
    if ('event' in record) {
      const { event } = record;
      const passed = event.seq <= link.reached && !isIn(open, event.seq);
      if (passed || (ended && event.seq > link.reached + farthestJump))
        return report({ kind: 'inserted', seal: null, seq: event.seq });
      if (ended) {
        unsealed += 1;
        if (unsealedSince === null || event.at < unsealedSince) unsealedSince = event.at;
      } else waiting.set(event.seq, { at: event.at, digest: digestOf(event) });
    } else if ('cut' in record) {
      const { cut } = record;
      if (!isOurs(cut.key) || !isSigned(cutText(cut), cut)) return ofSeal('changed', cut.through);
      link = { ...cut, number: cut.through };
      open = readRanges(link.open) ?? [];
    } else if ('seal' in record) {
      const { seal } = record;
      firstSeal ??= seal.number;
      if (seal.number > link.number + 1) return ofSeal('removed', link.number + 1);
      if (seal.number <= link.number) return ofSeal('inserted', seal.number);
      const covered = readRanges(seal.events);
      const sound = covered && hashOf(seal) === seal.hash && isSigned(sealText(seal), seal);
      if (!sound) return ofSeal('changed', seal.number);
      if (seal.previous !== link.hash)
        return ofSeal('changed', unvouched === null ? seal.number : link.number);
      if (isOurs(seal.key)) unvouched = null;
      else unvouched ??= seal.number;
      const wrong = firstWrong(seal, covered, waiting);
      if (wrong) return report({ ...wrong, seal: seal.number });
      const elsewhere = await seen(seal);
      if (elsewhere) return report(elsewhere);
      events += seal.count;
      link = seal;
      open = readRanges(seal.open) ?? [];
    } else {
      ended = true;
      more = record.end.more;
      if (record.end.number > link.number) return ofSeal('removed', link.number + 1);
      if (unvouched !== null) return ofSeal('unsigned', unvouched);
      if (more) break;
      for (const { at } of waiting.values()) {
        unsealed += 1;
        if (unsealedSince === null || at < unsealedSince) unsealedSince = at;
      }
    }
  }
  return report(null);
}
