import { conflict, type Problem } from '../../lib/problem.ts';
import { forbidden } from '../sessions/login-problems.ts';
import type { DecisionRefusal, UseRefusal } from './approval.ts';

const decisions: Readonly<Record<DecisionRefusal, string>> = {
  own_request: 'You asked for this yourself: somebody else must decide.',
  own_account: 'This is your own account: somebody else must do it.',
  wrong_role: 'Your role may not decide about this action.',
  higher_role: 'This account has a role that only an administrator may help.',
  same_person: 'Your account and that of the requester may belong to one person: somebody else must decide.',
};

const uses: Readonly<Record<UseRefusal, string>> = {
  approval_missing: 'Nobody has approved this request yet.',
  approval_over: 'This request was used, refused, cancelled or stopped, or it has expired. Ask again.',
  approval_waiting: 'The wait after the approval is not over yet.',
  approval_stale:
    'The account or a role has changed since the request, or the address in the last 24 hours. Ask again later.',
};

export function mayNotDecide(reason: DecisionRefusal): Problem {
  return forbidden({ detail: decisions[reason], reason });
}

export function notUsable(reason: UseRefusal): Problem {
  return conflict({ detail: uses[reason], reason });
}

/** The rule asks for a second person, and the action came without an approval. */
export function approvalRequired(): Problem {
  const detail = 'A second person must approve this action. Ask for it again.';
  return conflict({ detail, reason: 'approval_required' });
}

export function approvalPending(): Problem {
  const detail = 'You have asked for this already. Carry that request out, or cancel it.';
  return conflict({ detail, reason: 'approval_pending' });
}

export function notRequester(): Problem {
  return forbidden({ detail: 'Only the person who asked may do this.', reason: 'not_requester' });
}
