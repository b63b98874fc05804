import { isIn, type Ranges, readRanges } from '../../domain/audit/ranges.ts';
import { type Cut, genesis, type Link, type Seal, type SealedEvent } from '../../domain/audit/seal.ts';
import { type Checker, cutText, sealText } from '../../lib/crypto/audit-signer.ts';
import { digestOf, eventsHashOf, hashOf, markBytes } from './digests.ts';
import type { End, LogRecord } from './read-log.ts';

/**
 * The first record that is not as it was sealed. `seq` is the number of an event. If it is null, `seal` is the number
 * of a seal. For `unsealed`, both are null.
 */
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
  /** The number of events that were compared with their seals. */
  readonly events: number;
  /** The number of events without a seal. `unsealedSince` is the time of the oldest one. */
  readonly unsealed: number;
  readonly unsealedSince: string | null;
  /** True if the log continues after the last seal that was read. */
  readonly more: boolean;
};

/** The state of a verification so far. */
type Reading = {
  /** The last seal that was read. `open` contains the numbers that may still come late after it. */
  link: Link;
  open: Ranges;
  /** The number of the last event that was read. Events come in ascending order, each number once. */
  lastSeq: number;
  /** Events that no seal covers yet. They are as many as a few seals cover, however long the log is. */
  readonly waiting: Digests;
  /**
   * The first seal by a key that is not ours, since the last seal by a key of ours. A seal by a key of ours vouches for
   * all seals before it.
   */
  unvouched: number | null;
  firstSeal: number | null;
  events: number;
  unsealed: number;
  unsealedSince: string | null;
  /** Null before the end. From then on, the highest number that an event after the end may have. */
  given: number | null;
  more: boolean;
};

/**
 * Reads a log and stops at the first fault. It begins after a seal that the caller has verified before, or at the
 * start. It calls `seen` with each seal, so that the caller can compare it with the published checkpoints. `seen`
 * returns a fault or null.
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
  const isSecond = seq === lastSeq || waiting.has(seq); // two events have one number
  if (isPassed || isNeverGiven || isSecond) return { kind: 'inserted', seal: null, seq };
  if (seq < lastSeq) return { kind: 'reordered', seal: null, seq };
  reading.lastSeq = seq;
  if (isEnded(reading)) countUnsealed(reading, event.at);
  else waiting.set(seq, { at: event.at, digest: digestOf(event) });
  return null;
}

/**
 * A cut must be the first record. Otherwise the signatures on it and on the next seal would vouch for the records
 * before it.
 */
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
  if (isEnded(reading)) return ofSeal('inserted', seal.number); // the check of the keys is already over
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

/** Only events may follow the end. */
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

/** Events that were read and that no seal covers yet, by ascending number. */
type Digests = Map<number, { readonly at: string; readonly digest: Buffer }>;

/**
 * Compares a seal with the events that it covers, and removes these from `waiting`. Returns the first fault, or null.
 */
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
  const inserted = [...waiting.keys()].find(
    (seq) => seq <= seal.reached && !isIn(open, seq) && !isIn(covered, seq),
  );
  const wrongSeq = missing ?? changed?.seq;
  if (inserted !== undefined && (wrongSeq === undefined || inserted < wrongSeq))
    return { kind: 'inserted', seq: inserted };
  if (missing !== null) return { kind: 'removed', seq: missing };
  if (changed) return { kind: isElsewhere(changed.digest) ? 'reordered' : 'changed', seq: changed.seq };
  // the marks match, but they are only the first bytes of the digests
  if (eventsHashOf(found) !== seal.eventsHash) return { kind: 'changed', seq: covered[0]?.[0] ?? 0 };
  return null;

  function isElsewhere(digest: Buffer): boolean {
    const mark = digest.subarray(0, markBytes);
    for (let index = 0; index * markBytes < marks.length; index += 1)
      if (markAt(index).equals(mark)) return true;
    return false;
  }
}
