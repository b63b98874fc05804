/**
 * When a key was created, and from when it signs. The rest follows from these times, the key's successor and the
 * current time.
 */
export type KeyTimes = { readonly kid: string; readonly createdAt: Date; readonly signsFrom: Date };

export type KeyPhase = 'waiting' | 'signing' | 'verifying' | 'retired';

/**
 * How long a key is published before it signs, in seconds. Verifiers cache the keys for a shorter time (five minutes).
 * An instance learns of a new key sooner (five seconds).
 */
export const publishedSeconds = 10 * 60;

/**
 * In seconds. No token lives longer, even if the policy of its area allows more. This bounds how long the service needs
 * a key.
 */
export const longestTokenSeconds = 24 * 60 * 60;

/**
 * How long a key verifies after it stopped signing: the lifetime of its last token, plus the tolerated clock
 * difference.
 */
const keptSeconds = longestTokenSeconds + 60;

/** Newest first: by the time of first signing, then by the time of creation. */
export function newestFirst<Key extends KeyTimes>(keys: readonly Key[]): readonly Key[] {
  const order = ({ signsFrom, createdAt }: KeyTimes) => [signsFrom.getTime(), createdAt.getTime()] as const;
  return [...keys].sort((one, other) => {
    const [a, b] = [order(one), order(other)];
    return b[0] - a[0] || b[1] - a[1] || (one.kid < other.kid ? -1 : 1);
  });
}

/** When a key stops verifying. Null if it has no successor. `keys`: newest first. */
export function retiresAt(keys: readonly KeyTimes[], kid: string): Date | null {
  const successor = keys[keys.findIndex((key) => key.kid === kid) - 1];
  return successor ? new Date(successor.signsFrom.getTime() + keptSeconds * 1000) : null;
}

/**
 * The newest key that may sign at `now`. If there is none, the key that may sign first, because another instance's
 * clock may be ahead. Undefined if there are no keys. `keys`: newest first.
 */
export function signerAt<Key extends Pick<KeyTimes, 'signsFrom'>>(
  keys: readonly Key[],
  now: Date,
): Key | undefined {
  return keys.find(({ signsFrom }) => signsFrom <= now) ?? keys.at(-1);
}

/** True if a key was published in advance and does not sign yet. */
export function isWaiting({ createdAt, signsFrom }: Omit<KeyTimes, 'kid'>, now: Date): boolean {
  return signsFrom > createdAt && signsFrom > now;
}

/** `keys`: newest first. */
export function phaseOfKey(keys: readonly KeyTimes[], kid: string, now: Date): KeyPhase {
  const end = retiresAt(keys, kid);
  if (end && end <= now) return 'retired';
  const signer = signerAt(keys, now);
  if (signer?.kid === kid) return 'signing';
  const key = keys.find((one) => one.kid === kid);
  return key && key.signsFrom > now ? 'waiting' : 'verifying';
}

/** True if the newest key has signed for `days` days, so that it needs a successor. 0: never due. */
export function isDue(keys: readonly KeyTimes[], days: number, now: Date): boolean {
  const [newest] = keys;
  if (!newest || days === 0) return false;
  return now.getTime() - newest.signsFrom.getTime() >= days * 86_400_000;
}
