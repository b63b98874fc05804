import type { Db } from '../../../db/connect.ts';
import { inTransaction } from '../../../db/in-transaction.ts';
import { hoursAfter } from '../../domain/approvals/approval.ts';
import { malformedCode } from '../../domain/mfa/codes.ts';
import { mfaTokenInvalid } from '../../domain/mfa/mfa-problems.ts';
import type { AccountRule } from '../../domain/recovery/account-rule.ts';
import { type ColleagueRefusal, whyNotApprove } from '../../domain/recovery/colleague.ts';
import { mostColleagueGuesses } from '../../domain/recovery/recovery-rule.ts';
import type { RequestContext } from '../../platform/kernel/request-context.ts';
import { isMadeBy, lockPeople } from '../approvals/approval-store.ts';
import { colleagueMac, isColleagueCode, isSameMac } from './colleague-code.ts';
import { isNamedBeforehand } from './colleague-store.ts';
import { recordShown } from './record-shown.ts';
import { claimGuess, type Recovery } from './recovery-store.ts';
import type { RecoveryDeps } from './recovery-ways.ts';
import { auditWrong, openRecoveryFor } from './show-proof.ts';

/**
 * Shows the code that a colleague has read to the person. Each try is paid for before it is compared, and five wrong ones
 * end it for this recovery. Throws 400 or 403.
 */
export async function showColleagueCode(
  deps: RecoveryDeps,
  ctx: RequestContext,
  { code, colleagueCode }: { readonly code: string; readonly colleagueCode: string },
): Promise<void> {
  if (!isColleagueCode(colleagueCode)) throw malformedCode('#/colleague_code', 'Nine digits');
  const open = await openRecoveryFor(deps, ctx, { code, kind: 'colleague' });
  const { recovery, rule } = open;
  const { id } = recovery;
  const claim = await claimGuess(deps.db, { id, most: mostColleagueGuesses, now: ctx.now });
  const isRight =
    claim && isSameMac(claim.codeMac, colleagueMac(deps, { id, typed: colleagueCode, like: claim.codeMac }));
  if (!isRight) {
    await auditWrong(deps, ctx, open, 'colleague');
    throw mfaTokenInvalid({
      detail: 'This was not accepted. Check the code, or ask your colleague for a new one.',
      attempts_remaining: claim?.left ?? 0,
    });
  }
  await inTransaction(deps.db, async (tx) => {
    const of = { recovery: { ...recovery, colleagueId: claim.colleagueId }, rule };
    if ((await whyNotColleague(tx, ctx, of)) !== null)
      throw mfaTokenInvalid({ detail: 'This colleague may not approve any more.' });
    await recordShown(tx, deps, ctx, { ...open, kind: 'colleague' });
  });
}

const dayHours = 24;

/**
 * Why the colleague of a recovery may not have approved it, by the facts of now; null if they may. It locks the rows of
 * both people, so it holds until the transaction ends.
 */
export async function whyNotColleague(
  tx: Db,
  { now }: RequestContext,
  {
    recovery: { id, userId, colleagueId },
    rule,
  }: { readonly recovery: Pick<Recovery, 'id' | 'userId' | 'colleagueId'>; readonly rule: AccountRule },
): Promise<ColleagueRefusal | 'not_named' | null> {
  if (colleagueId === null || !(await isNamedBeforehand(tx, id, colleagueId))) return 'not_named';
  const people = await lockPeople(tx, [userId, colleagueId]);
  const [person, colleague] = [userId, colleagueId].map((one) => people.find((found) => found.id === one));
  if (!person || colleague?.status !== 'active') return 'not_named';
  const since = hoursAfter(now, -dayHours);
  const isMade = await isMadeBy(tx, { userId: colleagueId, actorId: userId, since });
  return whyNotApprove({ colleague, person, needsColleague: rule.needsColleague, isMade });
}
