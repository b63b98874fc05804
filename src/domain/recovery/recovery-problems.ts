import { conflict, type Problem } from '../../lib/problem.ts';
import { invalidToken } from '../sessions/login-problems.ts';

/** The same for a recovery that ended, was stopped, was overtaken by a change of the account, or never existed. */
export function recoveryOver(): Problem {
  return invalidToken({ detail: 'This recovery is over, or the account has changed since. Begin again.' });
}

const details = {
  recovery_unproven: 'Two proofs of different kinds are needed first.',
  recovery_waiting: 'The wait is not over.',
  recovery_proven: 'This was shown already. Show another kind.',
} as const;

export function recoveryConflict(reason: keyof typeof details): Problem {
  return conflict({ detail: details[reason], reason });
}
