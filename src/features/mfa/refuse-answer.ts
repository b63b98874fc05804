import { writeAudit } from '../audit/audit-store.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { Origin } from '../../lib/client-info.ts';
import { tooManyAttempts } from '../../lib/problem.ts';
import type { Meaning } from './verify-answer.ts';
import { type Found, findThrottle } from './attempt-store.ts';
import { challengeInvalid, mfaTokenInvalid } from '../../domain/mfa/mfa-problems.ts';
import { waitSeconds } from '../../domain/throttling/second-factor-throttle.ts';
import { told } from './tell-attempt.ts';

/** Why no answer was taken: the throttle, a dead temp token, or nothing that this answer could be meant for. */
export async function refuseAnswer(
  deps: Pick<Deps, 'db' | 'tally'>,
  found: Found,
  meaning: Meaning,
  origin: Origin,
  now: Date,
): Promise<never> {
  const throttle = await findThrottle(deps.db, found.userId);
  const retryAfter = throttle ? waitSeconds(throttle, now) : null;
  if (retryAfter !== null) {
    deps.tally.verification(found.candidates[0]?.method ?? null, 'locked');
    await writeAudit(deps.db, told(found, meaning, 'excess_rate_limit_exceeded', 'refused'), origin, now);
    throw tooManyAttempts('second_factor', {
      detail: 'Too many wrong codes. Wait, then start again.',
      retry_after: retryAfter,
    });
  }
  if (!found.alive) throw challengeInvalid();
  if (found.candidates.length === 0)
    throw meaning.nothing?.() ?? mfaTokenInvalid({ detail: 'Invalid MFA token' });
  throw tooManyAttempts('second_factor', { retry_after: 1 });
}
