import { dependencyUnavailable, Problem } from '../../lib/problem.ts';

const reasons = { paused: 'sms_paused', country: 'sms_country_not_allowed' } as const;

/** Of a budget that is spent, or a breaker that is open: not the user's fault, so no 429. */
export function textsPaused(waitSeconds: number): Problem {
  return dependencyUnavailable({
    detail: 'Text messages to this number are paused for a while. Use another method.',
    reason: reasons.paused,
    retry_after: waitSeconds,
  });
}

/** Of a number that was enrolled before its country was taken from the list. */
export function countryNotAllowed(countries: readonly string[]): Problem {
  return dependencyUnavailable({
    detail: `Text messages are sent to numbers of these countries only: ${countries.join(', ')}. Use another method.`,
    reason: reasons.country,
  });
}

/** Whether it was we who did not want to send a text: then another factor is asked for at once. */
export function isHeldBack(error: unknown): boolean {
  return reasonOf(error) !== null;
}

/** For the audit, why a challenge could not be opened: whoever helps the user is asked. */
export function whyNotSent(error: unknown) {
  const reason = error instanceof Problem ? error.extensions.reason : null;
  return typeof reason === 'string' && { detail: { reason } };
}

function reasonOf(error: unknown) {
  if (!(error instanceof Problem)) return null;
  return Object.values(reasons).find((reason) => reason === error.extensions.reason) ?? null;
}
