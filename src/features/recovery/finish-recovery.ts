import type { Db } from '../../../db/connect.ts';
import { primaryFactors } from '../../domain/mfa/primary-factors.ts';
import { meets } from '../../domain/policy/assurance-level.ts';
import { type AccountRule, isProven } from '../../domain/recovery/account-rule.ts';
import { recoveryConflict, recoveryOver } from '../../domain/recovery/recovery-problems.ts';
import type { EnrolmentPrincipal } from '../../domain/sessions/principal.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { RequestContext } from '../../platform/kernel/request-context.ts';
import { writeAudit } from '../audit/audit-store.ts';
import { type ConfirmInput, confirmPending, type FactorOwner } from '../mfa/confirm-factor.ts';
import { enrollableMethods } from '../mfa/eligible-factors.ts';
import { type EnrolInput, type Enrolling, enrolFactor } from '../mfa/enrol-factor.ts';
import { deleteOtherPending, listFactors, makeDefault } from '../mfa/factor-store.ts';
import { unbindFactors } from '../mfa/former-factor-store.ts';
import { notifyOwner } from '../mfa/notify-owner.ts';
import { cancelPendingLogins } from '../mfa/pending-login-store.ts';
import { issueRecoveryCodes } from '../mfa/recovery-codes-issue.ts';
import { leastToReplace } from '../mfa/require-reauthentication.ts';
import type { Passed, Pending } from '../mfa/verification.ts';
import { endSessions } from '../sessions/session-store.ts';
import { saveMfaReset } from '../users/account-store.ts';
import { markFactorsChanged } from '../users/security-store.ts';
import { endPasswordless } from '../users/user-store.ts';
import { findAccountRule } from './find-account-rule.ts';
import { findRecovery, finishRecovery, type OwnRecovery, stopRecoveriesOf } from './recovery-store.ts';
import { type RecoveryDeps, recoveryOfCode } from './recovery-ways.ts';
import { whyNotColleague } from './show-colleague-code.ts';

type Open = { readonly recovery: OwnRecovery; readonly rule: AccountRule };

/**
 * After the wait: what lets the person enrol a new factor, and nothing else. It opens no session. The old factors stay
 * until the new one is confirmed. Throws 401, or 409 conflict if proofs are missing or the wait is not over.
 */
export async function openEnrolment(
  deps: RecoveryDeps,
  ctx: RequestContext,
  code: string,
): Promise<EnrolmentPrincipal & { readonly methods: readonly string[] }> {
  const open = await recoveryOfCode(deps, ctx, code);
  await assertReady(deps.db, ctx, open);
  const { recovery, rule } = open;
  const { userId } = recovery;
  const least = leastToReplace(deps, await listFactors(deps.db, userId));
  const strong = (method: string) => meets(deps.providers.get(method)?.level ?? '1', least);
  const methods = enrollableMethods(deps, ctx.policies[rule.area]).filter(strong);
  return { ...principalOf(open, ctx), methods };
}

function principalOf({ recovery, rule }: Open, { now }: RequestContext): EnrolmentPrincipal {
  const { id: recoveryId, userId, securityVersion } = recovery;
  return { userId, area: rule.area, authTime: now, securityVersion, recoveryId };
}

/** Begins the enrolment of the new factor. Throws as `openEnrolment` and `enrolFactor` do. */
export async function enrolInRecovery(
  deps: Deps,
  ctx: RequestContext,
  { by, input }: { readonly by: EnrolmentPrincipal; readonly input: EnrolInput },
): Promise<Enrolling> {
  await assertStillReady(deps.db, ctx, by);
  return enrolFactor(deps, ctx, { by, input, credential: null });
}

export type Recovered = {
  readonly status: 'confirmed';
  readonly factorId: string;
  readonly isPasskey: boolean;
  readonly recoveryCodes: readonly string[];
  /** The account had no password, and the new factor is no passkey: its owner must set one by a mail. */
  readonly needsPassword: boolean;
};

/**
 * Confirms the new factor by its first code. In the same transaction, it replaces the lost factors and the recovery codes
 * (NIST SP 800-63B-4 4.2.1.1, 4.3). Two-factor login is never off. It opens no session: the person logs in with the new
 * factor, so the tokens say what was shown then. Every session ends. Throws as confirmFactor does, or 401 and 409 as
 * `openEnrolment`.
 */
export async function confirmInRecovery(
  deps: Deps,
  ctx: RequestContext,
  { code, factorId, answer }: ConfirmInput & { readonly code: string },
): Promise<Recovered | Pending> {
  const open = await recoveryOfCode(deps, ctx, code);
  await assertReady(deps.db, ctx, open);
  let done = { recoveryCodes: [] as readonly string[], needsPassword: false };
  const outcome = await confirmPending(deps, ctx, {
    ...{ by: principalOf(open, ctx), factorId, answer },
    opens: () => null,
    settle: async (tx, passed, user) => {
      await assertReady(tx, ctx, open);
      if (!(await finishRecovery(tx, open.recovery.id, ctx.now))) throw recoveryOver();
      done = await replaceFactors(tx, deps, ctx, { ...open, passed, user });
    },
  });
  if (outcome.status === 'pending') return outcome;
  deps.sessions.forgetUser(outcome.found.userId);
  const { candidate, isPasskey } = outcome;
  return { status: 'confirmed', factorId: candidate.id, isPasskey, ...done };
}

/** The recovery of an enrolment token may have been stopped since. Throws 401 or 409. */
async function assertStillReady(db: Db, ctx: RequestContext, by: EnrolmentPrincipal): Promise<void> {
  const recovery = by.recoveryId ? await findRecovery(db, by.recoveryId, ctx.now) : undefined;
  const rule = recovery && (await findAccountRule(db, ctx, recovery.roles));
  if (recovery?.userId !== by.userId || !rule) throw recoveryOver();
  await assertReady(db, ctx, { recovery, rule });
}

/** The rule of now decides, so a stricter policy also holds for a recovery that waits. Throws 409 conflict. */
async function assertReady(db: Db, ctx: RequestContext, { recovery, rule }: Open): Promise<void> {
  const { state, shown, provenAt, readyAt } = recovery;
  if (state !== 'waiting' || provenAt === null || readyAt === null || !isProven(rule, shown))
    throw recoveryConflict('recovery_unproven');
  const byRule = new Date(provenAt.getTime() + rule.waitHours * 3_600_000);
  if (ctx.now < readyAt || ctx.now < byRule) throw recoveryConflict('recovery_waiting');
  if (!shown.includes('colleague')) return;
  if ((await whyNotColleague(db, ctx, { recovery, rule })) !== null)
    throw recoveryConflict('recovery_unproven');
}

async function replaceFactors(
  tx: Db,
  deps: Deps,
  ctx: RequestContext,
  {
    recovery,
    rule,
    passed: { candidate, isPasskey },
    user,
  }: Open & { readonly passed: Passed; readonly user: FactorOwner },
): Promise<Pick<Recovered, 'recoveryCodes' | 'needsPassword'>> {
  const userId = user.id;
  await cancelPendingLogins(tx, { userId }); // first: a pass locks the login before the factor
  await deleteOtherPending(tx, userId);
  const before = await listFactors(tx, userId);
  const kept = [candidate.id, recovery.addressFactorId];
  const lost = primaryFactors(before).filter(({ id }) => !kept.includes(id));
  await makeDefault(tx, userId, candidate.id);
  const unbinding = { cause: 'replaced', by: userId, at: ctx.now } as const;
  await unbindFactors(tx, userId, { ids: lost.map(({ id }) => id) }, unbinding);
  await unbindFactors(tx, userId, 'backups', unbinding);
  const recoveryCodes = (await issueRecoveryCodes(tx, deps, user, ctx.now)) ?? [];
  const needsPassword = user.passwordless && !isPasskey;
  if (needsPassword) await endPasswordless(tx, userId);

  await markFactorsChanged(tx, userId, ctx.now);
  await saveMfaReset(tx, userId, null);
  await endSessions(tx, { userId }, ctx.now);
  await stopRecoveriesOf(tx, { userId }, ctx.now);
  const about = { userId, area: rule.area };
  for (const { id, method } of lost)
    await writeAudit(tx, ctx, {
      ...{ type: 'mfa_factor_removed', outcome: 'success', ...about, method, factorId: id },
      detail: { recovery: recovery.id },
    });
  const detail = { recovery: recovery.id, kinds: recovery.shown };
  const of = { method: candidate.method, factorId: candidate.id, detail };
  await writeAudit(tx, ctx, { type: 'account_recovered', outcome: 'success', ...about, ...of });
  await notifyOwner(tx, deps, ctx, {
    ...{ user, factors: before, notice: 'account_recovered', about: { labels: [candidate.label] } },
  });
  return { recoveryCodes, needsPassword };
}
