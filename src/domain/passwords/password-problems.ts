import { defineProblem, type Problem } from '../../lib/problem.ts';

/** Why a new password was refused; clients show their own text for it. Never renamed. */
export type PasswordReason =
  | 'too_short'
  | 'too_long'
  | 'blocklisted'
  | 'context_word'
  | 'reused'
  | 'composition';

const refused = defineProblem(422, 'password-rejected', 'This password cannot be used');

/** `detail` is a sentence that says what to do instead. It never repeats any part of the password. */
export function passwordRejected(why: { readonly reason: PasswordReason; readonly detail: string }): Problem {
  return refused({ ...why });
}

/** For whoever can compare with the earlier hashes; the rules here see only the new password. */
export function passwordReused(history: number): Problem {
  const detail = `Choose a password that differs from your last ${history}.`;
  return passwordRejected({ reason: 'reused', detail });
}
