import type { Fault } from './verify-chain.ts';
import { isIn, type Ranges, readRanges } from '../../domain/audit/ranges.ts';
import type { Seal } from '../../domain/audit/seal.ts';
import { eventsHashOf, markBytes } from './digests.ts';

/** What was read and no seal has covered yet, by seq, ascending. */
export type Digests = Map<number, { readonly at: string; readonly digest: Buffer }>;

/** Holds the events that a seal covers against it, and takes them away. The first that is wrong, or null. */
export function firstWrong(
  seal: Seal,
  covered: Ranges,
  waiting: Digests,
): { readonly kind: Fault['kind']; readonly seq: number } | null {
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
