import { dependencyUnavailable, Problem } from '../../lib/problem.ts';

const reasons = { paused: 'sms_paused', country: 'sms_country_not_allowed' } as const;

/** A budget is spent, or a breaker is open. The user is not at fault, so this is a 503 and no 429. */
export function textsPaused(waitSeconds: number): Problem {
  return dependencyUnavailable({
    detail: 'Text messages to this number are paused for a while. Use another method.',
    reason: reasons.paused,
    retry_after: waitSeconds,
  });
}

/** The user enrolled the number before the operator removed its country from the list. */
export function countryNotAllowed(countries: readonly string[]): Problem {
  return dependencyUnavailable({
    detail: `Text messages are sent to numbers of these countries only: ${countries.join(', ')}. Use another method.`,
    reason: reasons.country,
  });
}

/** True if this service held the text back itself. Then the caller asks for another factor at once. */
export function isHeldBack(error: unknown): boolean {
  return reasonOf(error) !== null;
}

/** Why the service could not start a challenge, as fields of an audit event. The helpdesk reads it there. */
export function whyNotSent(error: unknown) {
  const reason = error instanceof Problem ? error.extensions.reason : null;
  return typeof reason === 'string' && { detail: { reason } };
}

function reasonOf(error: unknown) {
  if (!(error instanceof Problem)) return null;
  return Object.values(reasons).find((reason) => reason === error.extensions.reason) ?? null;
}
