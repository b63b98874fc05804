/** When a key was made, and from when it signs. Everything else about it follows from these, its successor and the time. */
export type KeyTimes = { readonly kid: string; readonly createdAt: Date; readonly signsFrom: Date };

export type KeyPhase = 'waiting' | 'signing' | 'verifying' | 'retired';

/**
 * How long a key is published before it signs: longer than anybody keeps our keys (five minutes), and than an instance
 * takes to hear of it (five seconds).
 */
export const publishedSeconds = 10 * 60;

/** No token lives longer, whatever the policy of its area says: that bounds how long a key is needed. */
export const longestTokenSeconds = 24 * 60 * 60;

/** How long a key verifies after it has stopped signing: its last token's life, and what clocks may differ. */
const keptSeconds = longestTokenSeconds + 60;

/** The newest first: by when they sign, then by when they were made. */
export function newestFirst<Key extends KeyTimes>(keys: readonly Key[]): readonly Key[] {
  const order = ({ signsFrom, createdAt }: KeyTimes) => [signsFrom.getTime(), createdAt.getTime()] as const;
  return [...keys].sort((one, other) => {
    const [a, b] = [order(one), order(other)];
    return b[0] - a[0] || b[1] - a[1] || (one.kid < other.kid ? -1 : 1);
  });
}

/** When a key stops verifying; null while it has no successor. Takes keys newest first. */
export function retiresAt(keys: readonly KeyTimes[], kid: string): Date | null {
  const successor = keys[keys.findIndex((key) => key.kid === kid) - 1];
  return successor ? new Date(successor.signsFrom.getTime() + keptSeconds * 1000) : null;
}

/**
 * The newest key that may sign already; where there is none, by this clock, the one that may soonest: another instance's
 * clock may be ahead of ours. Undefined where there are no keys. Takes keys newest first.
 */
export function signerAt<Key extends Pick<KeyTimes, 'signsFrom'>>(
  keys: readonly Key[],
  now: Date,
): Key | undefined {
  return keys.find(({ signsFrom }) => signsFrom <= now) ?? keys.at(-1);
}

/** Published ahead of its time, and not yet signing. */
export function isWaiting({ createdAt, signsFrom }: Omit<KeyTimes, 'kid'>, now: Date): boolean {
  return signsFrom > createdAt && signsFrom > now;
}

/** Takes keys newest first. */
export function phaseOfKey(keys: readonly KeyTimes[], kid: string, now: Date): KeyPhase {
  const end = retiresAt(keys, kid);
  if (end && end <= now) return 'retired';
  const signer = signerAt(keys, now);
  if (signer?.kid === kid) return 'signing';
  const key = keys.find((one) => one.kid === kid);
  return key && key.signsFrom > now ? 'waiting' : 'verifying';
}

/** Whether the newest key has signed for so many days, so that it is time for another. 0: never by itself. */
export function isDue(keys: readonly KeyTimes[], days: number, now: Date): boolean {
  const [newest] = keys;
  if (!newest || days === 0) return false;
  return now.getTime() - newest.signsFrom.getTime() >= days * 86_400_000;
}
