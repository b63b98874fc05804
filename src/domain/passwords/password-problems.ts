import { defineProblem, type Problem } from '../../lib/problem.ts';

/** Why the service refused a new password. Clients show their own text for it, so the values must never change. */
export type PasswordReason =
  | 'too_short'
  | 'too_long'
  | 'blocklisted'
  | 'context_word'
  | 'reused'
  | 'composition';

const refused = defineProblem(422, 'password-rejected', 'This password cannot be used');

/** `detail` is a sentence that tells the user what to do instead. It must not repeat any part of the password. */
export function passwordRejected(why: { readonly reason: PasswordReason; readonly detail: string }): Problem {
  return refused({ ...why });
}

/** The caller compares with the earlier hashes, because the rules in this folder see only the new password. */
export function passwordReused(history: number): Problem {
  const detail = `Choose a password that differs from your last ${history}.`;
  return passwordRejected({ reason: 'reused', detail });
}
