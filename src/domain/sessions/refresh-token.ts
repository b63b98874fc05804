import type { Policy } from '../policy/policy.ts';

/** What became of a refresh token since it was given. */
export type ShownToken = {
  readonly usedAt: Date | null;
  /** Until then the exchange may be repeated; null where it may not. */
  readonly repeatUntil: Date | null;
  /** One of its successors was used. */
  readonly hasHeir: boolean;
  /** Another successor of its own predecessor was used. */
  readonly overtaken: boolean;
};

/** `first`: it was never exchanged. `again`: just now, and nothing that came of it was used. `reused`: it is a sign of theft. */
export type RefreshVerdict = 'first' | 'again' | 'reused';

/**
 * What to make of a refresh token. Two tabs send the same one, and so does a client that lost the answer: for some seconds
 * the last one exchanged is answered once more, with a successor of its own. Of such successors one goes on. Whoever comes
 * with another has a copy, and nobody can tell which of the two is the thief (RFC 9700 4.14.2).
 */
export function judgeRefresh(
  { usedAt, repeatUntil, hasHeir, overtaken }: ShownToken,
  policy: Policy,
  now: Date,
): RefreshVerdict {
  if (overtaken) return 'reused';
  if (!usedAt) return 'first';
  const apartMs = Math.abs(now.getTime() - usedAt.getTime()); // another instance's clock may be ahead
  const isRecent = apartMs < policy.refreshGraceSeconds * 1000 && repeatUntil !== null && now < repeatUntil;
  return isRecent && !hasHeir ? 'again' : 'reused';
}
