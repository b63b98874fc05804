import { z } from 'zod';
import { defineProblem, type Problem } from '../../lib/problem.ts';
import { reasonOf } from '../../lib/problem-reasons.ts';

/**
 * `detail` is a sentence that tells the user what to do instead. It must not repeat any part of the password. Clients
 * show their own text for a reason.
 */
export const passwordRejected = defineProblem(
  422,
  'password-rejected',
  'This password cannot be used',
  z.object({ reason: reasonOf('password-rejected') }),
);

/** The caller compares with the earlier hashes, because the rules in this folder see only the new password. */
export function passwordReused(history: number): Problem {
  const detail = `Choose a password that differs from your last ${history}.`;
  return passwordRejected({ reason: 'reused', detail });
}
