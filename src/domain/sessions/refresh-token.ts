import type { Policy } from '../policy/policy.ts';

/** The state of a refresh token. */
export type ShownToken = {
  readonly usedAt: Date | null;
  /** Until then the client may repeat the exchange. Null if it may not. */
  readonly repeatUntil: Date | null;
  /** A client used one of its successors. */
  readonly hasHeir: boolean;
  /** A client used another successor of the same predecessor. */
  readonly overtaken: boolean;
};

/**
 * `first`: no client exchanged the token before. `again`: a client exchanged it just now and used no successor.
 * `reused`: a sign of theft.
 */
export type RefreshVerdict = 'first' | 'again' | 'reused';

/**
 * Judges a refresh token. Two tabs may send the same token, and so may a client that lost the response. So the last
 * exchanged token works again for some seconds, and gets a successor of its own. Only one of these successors may
 * continue. A client with another one has a copy, and the service cannot know which client is the thief (RFC 9700
 * 4.14.2).
 */
export function evaluateRefresh(
  { usedAt, repeatUntil, hasHeir, overtaken }: ShownToken,
  policy: Policy,
  now: Date,
): RefreshVerdict {
  if (overtaken) return 'reused';
  if (!usedAt) return 'first';
  const apartMs = Math.abs(now.getTime() - usedAt.getTime()); // the clock of another instance may be ahead
  const isRecent = apartMs < policy.refreshGraceSeconds * 1000 && repeatUntil !== null && now < repeatUntil;
  return isRecent && !hasHeir ? 'again' : 'reused';
}
