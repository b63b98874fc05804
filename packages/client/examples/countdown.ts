// What stands under the field for a code, each second anew. It comes from the answer alone.
import type { Challenge } from '@sallyport/client';

export function countdown(challenge: Challenge, now = Date.now()) {
  const seconds = (time: number | undefined) => Math.max(0, Math.ceil(((time ?? now) - now) / 1000));
  return {
    over: challenge.expiresAt <= now,
    secondsLeft: seconds(challenge.expiresAt),
    mayResend: challenge.resendAt !== undefined && challenge.resendAt <= now,
    secondsToResend: seconds(challenge.resendAt),
    secondsLocked: seconds(challenge.lockedUntil),
    attempts: challenge.attemptsRemaining,
  };
}
