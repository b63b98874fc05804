import { mayAct, sharesAddress } from '../approvals/approval.ts';
import { whyNotHelp } from '../users/actor.ts';

type Person = {
  readonly id: string;
  readonly roles: readonly string[];
  readonly email: string | null;
  readonly phone: string | null;
};

export type ColleagueRefusal = 'own_account' | 'higher_role' | 'wrong_role' | 'same_person';

/**
 * Why a named colleague may not approve a recovery; null if they may. Where the rules ask for a second person, the
 * colleague must be one who could approve a reset of the same factors. The service knows a second account of the same
 * person by its addresses, and by `isMade`: the person has lately made the colleague's account, or could have taken it
 * over.
 */
export function whyNotApprove({
  colleague,
  person,
  needsColleague,
  isMade,
}: {
  readonly colleague: Person;
  readonly person: Person;
  readonly needsColleague: boolean;
  readonly isMade: boolean;
}): ColleagueRefusal | null {
  if (colleague.id === person.id) return 'own_account';
  if (needsColleague) {
    if (!mayAct('mfa_reset', colleague.roles)) return 'wrong_role';
    const bar = whyNotHelp({ userId: colleague.id, roles: colleague.roles }, person);
    if (bar) return bar;
  }
  return isMade || sharesAddress(colleague, person) ? 'same_person' : null;
}
