import type { Db } from '../../../db/connect.ts';
import { inTransaction } from '../../../db/in-transaction.ts';
import { reauthMaxAgeSeconds } from '../../domain/mfa/reauthentication.ts';
import type { AssuranceLevel } from '../../domain/policy/assurance-level.ts';
import { isTwoFactor } from '../../domain/policy/assurance-level.ts';
import { forbidden } from '../../domain/sessions/login-problems.ts';
import type { Actor } from '../../domain/users/actor.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { RequestContext } from '../../platform/kernel/request-context.ts';
import { writeAudit } from '../audit/audit-store.ts';
import { stepUpRequired } from '../mfa/require-reauthentication.ts';
import { assertInOffice } from '../user-admin/act-on-user.ts';
import { colleagueMac, newColleagueCode } from './colleague-code.ts';
import { isNamedBeforehand } from './colleague-store.ts';
import { findAccountRule } from './find-account-rule.ts';
import { findRecovery, type OwnRecovery, stopRecoveriesOf, writeApproval } from './recovery-store.ts';
import { whyNotColleague } from './show-colleague-code.ts';
import { noSuchRecovery, reportStopped } from './stop-recovery.ts';

type ApproveDeps = Pick<Deps, 'db' | 'vault' | 'letterhead' | 'providers'>;

/** The colleague, with the factor that was just shown. */
type Colleague = { readonly by: Actor; readonly factor: string | null; readonly level: AssuranceLevel };
type OnRecovery = Colleague & { readonly id: string };

const refusals = {
  own_account: 'This is your own recovery: somebody else must approve it.',
  higher_role: 'This account has a role that only an administrator may help.',
  wrong_role: 'A rule asks for somebody of the helpdesk or an administrator here.',
  same_person: 'You share an address with this person, or this person has made your account.',
} as const;

/**
 * Approves the recovery of a person who has named the caller beforehand. Only this answer ever shows the code. The
 * colleague reads it to the person: so a stranger who began the recovery gets nothing by the approval alone. A second
 * approval replaces the code. Throws 403 or 404.
 */
export async function approveRecovery(
  deps: ApproveDeps,
  ctx: RequestContext,
  { by, factor, level, id }: OnRecovery,
): Promise<{ readonly code: string; readonly expiresAt: Date }> {
  if (!isTwoFactor(level))
    throw stepUpRequired('2r', 'Step up with a factor that is no mail.', reauthMaxAgeSeconds);
  const code = newColleagueCode();
  const outcome = await inTransaction(deps.db, async (tx) => {
    const recovery = await findForColleague(tx, ctx, { by, id });
    const rule = await findAccountRule(tx, ctx, recovery.roles);
    if (!rule?.from.includes('colleague')) throw noSuchRecovery();
    const refusal = await whyNotColleague(tx, ctx, {
      recovery: { ...recovery, colleagueId: by.userId },
      rule,
    });
    if (refusal) return { recovery, refusal };
    await assertInOffice(tx, by);
    const approval = { id, colleagueId: by.userId, codeMac: colleagueMac(deps, { id, typed: code }) };
    if (!(await writeApproval(tx, { ...approval, now: ctx.now }))) throw noSuchRecovery();
    const about = { userId: recovery.userId, actorId: by.userId, area: rule.area, method: factor };
    await writeAudit(tx, ctx, {
      ...{ type: 'recovery_approved', outcome: 'success', ...about, detail: { recovery: id } },
    });
    return { recovery, refusal: null };
  });
  const { recovery, refusal } = outcome;
  if (refusal === null) return { code, expiresAt: recovery.expiresAt };
  const detail = { reason: refusal, recovery: id };
  const about = { userId: recovery.userId, actorId: by.userId, area: 'public', detail };
  await writeAudit(deps.db, ctx, { type: 'authz_fail', outcome: 'refused', ...about });
  if (refusal === 'not_named') throw noSuchRecovery();
  throw forbidden({ detail: refusals[refusal], reason: refusal });
}

/** Stops the recovery of a person who has named the caller: it was not that person. Throws 404. */
export async function refuseRecovery(
  deps: ApproveDeps,
  ctx: RequestContext,
  { by, factor, id }: OnRecovery,
): Promise<void> {
  await inTransaction(deps.db, async (tx) => {
    const { userId } = await findForColleague(tx, ctx, { by, id });
    const [stopped] = await stopRecoveriesOf(tx, { userId, only: id }, ctx.now);
    if (stopped === undefined) throw noSuchRecovery();
    const about = { userId, actorId: by.userId, area: 'public', method: factor };
    await reportStopped(tx, deps, ctx, { ...about, detail: { recovery: id } });
  });
}

/** A recovery that this colleague may see: the same 404 for one that is over, of somebody else, or not there. */
async function findForColleague(
  db: Db,
  ctx: RequestContext,
  { by, id }: { readonly by: Actor; readonly id: string },
): Promise<OwnRecovery> {
  const recovery = await findRecovery(db, id, ctx.now);
  const isAsked = recovery?.state === 'open' && recovery.askedAt !== null;
  if (!recovery || !isAsked || !(await isNamedBeforehand(db, id, by.userId))) throw noSuchRecovery();
  return recovery;
}
