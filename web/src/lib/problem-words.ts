import { isProblem, type SallyportProblem } from '@sallyport/client';
import type { Texts } from '../texts/catalogues.ts';
import type { Format } from '../texts/format.ts';

type Words = Texts<'problems'>;
type ByReason = Readonly<Record<string, string>>;
/** Words by the type and the reason of a problem. */
export type Reasons = Readonly<Record<string, ByReason>>;

/**
 * What to tell a person about an error: by the type and the reason of the problem, never by the English words of the
 * service. What is not known here is told in general words. `more`: reasons that only some pages meet.
 */
export function wordsFor(error: unknown, texts: Words, format: Format, more: Reasons): string {
  if (error instanceof DOMException) return (texts.browser as ByReason)[error.name] ?? texts.browser.other;
  if (!isProblem(error)) return error instanceof TypeError ? texts.offline : texts.unknown;
  const { retryAfter } = error;
  const until = retryAfter === undefined ? null : format.time(Date.now() + retryAfter * 1000);
  if (isProblem(error, 'too-many-attempts')) return tooMany(error, texts, until);
  if (isProblem(error, 'mfa-token-invalid')) {
    const left = error.body.attempts_remaining;
    if (left === 0 && until) return texts.lockedUntil(until);
    return left === undefined ? texts.types['mfa-token-invalid'] : texts.wrongCode(left);
  }
  const { type, reason } = error;
  const name = String(reason);
  const byReason = (texts.reasons as Reasons)[type]?.[name] ?? more[type]?.[name];
  return byReason || (texts.types as ByReason)[type] || texts.unknown;
}

function tooMany(error: SallyportProblem, texts: Words, until: string | null): string {
  const byReason = (texts.tooMany as Readonly<Record<string, (until: string) => string>>)[
    String(error.reason)
  ];
  return until && byReason ? byReason(until) : texts.types['too-many-attempts'];
}
