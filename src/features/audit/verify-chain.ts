import { isIn, type Ranges, readRanges } from '../../domain/audit/ranges.ts';
import { type Cut, genesis, type Link, type Seal, type SealedEvent } from '../../domain/audit/seal.ts';
import { type Checker, cutText, sealText } from '../../lib/crypto/audit-signer.ts';
import { digestOf, eventsHashOf, hashOf, markBytes } from './digests.ts';
import type { End, LogRecord } from './read-log.ts';

/** The first record that is not as it was sealed: an event by its `seq`, or where that is null a seal. */
export type ChainFault = {
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

export type ChainReport = {
  readonly fault: ChainFault | null;
  readonly firstSeal: number | null;
  readonly lastSeal: number;
  /** That were held against their seals. */
  readonly events: number;
  /** Not yet sealed, and when the oldest of them happened. */
  readonly unsealed: number;
  readonly unsealedSince: string | null;
  /** There is more, behind the last seal. */
  readonly more: boolean;
};

/** As far as has been read. */
type Reading = {
  /** The seal before, and what may still come late behind it. */
  link: Link;
  open: Ranges;
  /** The number of the last event that was read: they come in ascending order, each once. */
  lastSeq: number;
  /** Read, and covered by no seal yet: of a few seals' length, whatever the length of the log. */
  readonly waiting: Digests;
  /** The first seal that is not ours since the last one that is. One of ours vouches for all before it. */
  unvouched: number | null;
  firstSeal: number | null;
  events: number;
  unsealed: number;
  unsealedSince: string | null;
  /** At the end: the highest number that an event behind it may have. */
  given: number | null;
  more: boolean;
};

/**
 * Reads a log and stops at the first thing that is wrong. Begins behind a seal that was checked before, or at the start.
 * `seen` is asked about each seal, to compare it with the published checkpoints; it answers with a fault or null.
 */
export async function verifyChain(
  records: AsyncIterable<LogRecord>,
  checker: Checker,
  after?: Link,
  seen: (seal: Seal) => Promise<ChainFault | null> = async () => null,
): Promise<ChainReport> {
  const reading = beginBehind(after ?? genesis);
  for await (const record of records) {
    const fault =
      'event' in record
        ? takeEvent(reading, record.event)
        : 'seal' in record
          ? (takeSeal(reading, record.seal, checker) ?? (await seen(record.seal)))
          : 'cut' in record
            ? takeCut(reading, record.cut, checker)
            : takeEnd(reading, record.end);
    if (fault) return reportOf(reading, fault);
    if (reading.more) break;
  }
  return reportOf(reading, null);
}

function beginBehind(link: Link): Reading {
  const open = readRanges(link.open) ?? [];
  const nothing = { unvouched: null, firstSeal: null, events: 0, unsealed: 0, unsealedSince: null };
  const lastSeq = Number.NEGATIVE_INFINITY;
  return { link, open, lastSeq, waiting: new Map(), ...nothing, given: null, more: false };
}

function takeEvent(reading: Reading, event: SealedEvent): ChainFault | null {
  const { link, open, lastSeq, waiting } = reading;
  const { seq } = event;
  const isPassed = seq <= link.reached && !isIn(open, seq);
  const isNeverGiven = reading.given !== null && seq > reading.given;
  const isSecond = seq === lastSeq || waiting.has(seq); // of one number
  if (isPassed || isNeverGiven || isSecond) return { kind: 'inserted', seal: null, seq };
  if (seq < lastSeq) return { kind: 'reordered', seal: null, seq };
  reading.lastSeq = seq;
  if (isEnded(reading)) countUnsealed(reading, event.at);
  else waiting.set(seq, { at: event.at, digest: digestOf(event) });
  return null;
}

/** Comes before all else: our signature on it, and on the seal behind it, would vouch for whatever stood before. */
function takeCut(reading: Reading, cut: Cut, { isOurs, isSigned }: Checker): ChainFault | null {
  const isFirst =
    reading.link === genesis && reading.lastSeq === Number.NEGATIVE_INFINITY && !isEnded(reading);
  if (!isFirst) return ofSeal('inserted', cut.through);
  if (!isOurs(cut.key) || !isSigned(cutText(cut), cut)) return ofSeal('changed', cut.through);
  goOnBehind(reading, { ...cut, number: cut.through });
  return null;
}

function takeSeal(reading: Reading, seal: Seal, { isOurs, isSigned }: Checker): ChainFault | null {
  const { link, unvouched, waiting } = reading;
  if (isEnded(reading)) return ofSeal('inserted', seal.number); // nobody would ask any more whether it was ours
  reading.firstSeal ??= seal.number;
  if (seal.number > link.number + 1) return ofSeal('removed', link.number + 1);
  if (seal.number <= link.number) return ofSeal('inserted', seal.number);
  const covered = readRanges(seal.events);
  const isSound = covered && hashOf(seal) === seal.hash && isSigned(sealText(seal), seal);
  if (!isSound) return ofSeal('changed', seal.number);
  if (seal.previous !== link.hash) return ofSeal('changed', unvouched === null ? seal.number : link.number);
  reading.unvouched = isOurs(seal.key) ? null : (unvouched ?? seal.number);
  const wrong = findFirstFault(seal, covered, waiting);
  if (wrong) return { ...wrong, seal: seal.number };
  reading.events += seal.count;
  goOnBehind(reading, seal);
  return null;
}

function takeEnd(reading: Reading, end: End): ChainFault | null {
  const { link, unvouched, waiting } = reading;
  if (isEnded(reading)) return ofSeal('inserted', end.number);
  reading.given = end.given;
  reading.more = end.more;
  if (end.number > link.number) return ofSeal('removed', link.number + 1);
  if (unvouched !== null) return ofSeal('unsigned', unvouched);
  if (!end.more) for (const { at } of waiting.values()) countUnsealed(reading, at);
  return null;
}

/** Behind the end there are only events. */
function isEnded({ given }: Reading): boolean {
  return given !== null;
}

function goOnBehind(reading: Reading, link: Link): void {
  reading.link = link;
  reading.open = readRanges(link.open) ?? [];
}

function countUnsealed(reading: Reading, at: string): void {
  reading.unsealed += 1;
  if (reading.unsealedSince === null || at < reading.unsealedSince) reading.unsealedSince = at;
}

function ofSeal(kind: ChainFault['kind'], seal: number): ChainFault {
  return { kind, seal, seq: null };
}

function reportOf(reading: Reading, fault: ChainFault | null): ChainReport {
  const { firstSeal, link, events, unsealed, unsealedSince, more } = reading;
  return { fault, firstSeal, lastSeal: link.number, events, unsealed, unsealedSince, more };
}

/** What was read and no seal has covered yet, by seq, ascending. */
type Digests = Map<number, { readonly at: string; readonly digest: Buffer }>;

/** Holds the events that a seal covers against it, and takes them away. The first that is wrong, or null. */
function findFirstFault(
  seal: Seal,
  covered: Ranges,
  waiting: Digests,
): { readonly kind: ChainFault['kind']; readonly seq: number } | null {
  const marks = Buffer.from(seal.marks, 'base64url');
  const markAt = (at: number) => marks.subarray(at * markBytes, (at + 1) * markBytes);
  const found: { seq: number; digest: Buffer }[] = [];
  let at = 0;
  let missing: number | null = null;
  let changed: { seq: number; digest: Buffer } | null = null;
  for (const [first, last] of covered) {
    for (let seq = first; seq <= last && missing === null && !changed; seq += 1, at += 1) {
      const digest = waiting.get(seq)?.digest;
      if (!digest) missing = seq;
      else if (!markAt(at).equals(digest.subarray(0, markBytes))) changed = { seq, digest };
      else found.push({ seq, digest });
      waiting.delete(seq);
    }
  }
  const open = readRanges(seal.open) ?? [];
  const strange = [...waiting.keys()].find(
    (seq) => seq <= seal.reached && !isIn(open, seq) && !isIn(covered, seq),
  );
  const wrongSeq = missing ?? changed?.seq;
  if (strange !== undefined && (wrongSeq === undefined || strange < wrongSeq))
    return { kind: 'inserted', seq: strange };
  if (missing !== null) return { kind: 'removed', seq: missing };
  if (changed) return { kind: isElsewhere(changed.digest) ? 'reordered' : 'changed', seq: changed.seq };
  if (eventsHashOf(found) !== seal.eventsHash) return { kind: 'changed', seq: covered[0]?.[0] ?? 0 }; // the marks fit, and are only a part of the hashes
  return null;

  function isElsewhere(digest: Buffer): boolean {
    const mark = digest.subarray(0, markBytes);
    for (let place = 0; place * markBytes < marks.length; place += 1)
      if (markAt(place).equals(mark)) return true;
    return false;
  }
}
