import type { Db } from '../../../db/connect.ts';
import { malformedCode } from '../../domain/mfa/codes.ts';
import { challengeInvalid } from '../../domain/mfa/mfa-problems.ts';
import { primaryFactors } from '../../domain/mfa/primary-factors.ts';
import { meets } from '../../domain/policy/assurance-level.ts';
import { invalidToken } from '../../domain/sessions/login-problems.ts';
import type { SessionGrant } from '../../domain/sessions/session.ts';
import { invalidField, notFound } from '../../lib/problem.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { AuditContext, RequestContext } from '../../platform/kernel/request-context.ts';
import {
  elevateSession,
  type GrantedSession,
  grantBySecondFactor,
  type PassedFactor,
  reissueSession,
} from '../sessions/grant-session.ts';
import { endSessions } from '../sessions/session-store.ts';
import { saveMfaReset } from '../users/account-store.ts';
import { markFactorsChanged } from '../users/security-store.ts';
import {
  assertStillEnrolling,
  enrolmentOver,
  type FactorManager,
  identityOf,
  isEnrolmentPrincipal,
} from './factor-manager.ts';
import {
  deleteOtherPending,
  findUserWithFactors,
  type Holder,
  listFactors,
  makeDefault,
} from './factor-store.ts';
import { unbindFactors } from './former-factor-store.ts';
import { notifyOwner } from './notify-owner.ts';
import { cancelPendingLogins } from './pending-login-store.ts';
import { issueRecoveryCodes } from './recovery-codes-issue.ts';
import { type Answer, isMalformedCode, type Passed, type Pending, providersFor } from './verification.ts';
import { verifyAnswer } from './verify-answer.ts';

export type Confirmed = {
  readonly status: 'confirmed';
  readonly factorId: string;
  readonly isPasskey: boolean;
  /** Shown once, with the first factor; null for a later factor. */
  readonly recoveryCodes: readonly string[] | null;
  readonly opened: GrantedSession;
};

/**
 * Confirms a pending factor by its first code, which is used up. Elevates the session that confirms. All other sessions
 * and all other pending enrolments end, so that a factor planted by an attacker is never confirmed. Without `factorId`,
 * the newest pending factor is confirmed. Throws 401 challenge-invalid if none is pending, and 404 if `factorId` names
 * none.
 */
export async function confirmFactor(
  deps: Deps,
  ctx: RequestContext,
  { by, factorId, answer }: ConfirmInput & { readonly by: FactorManager },
): Promise<Confirmed | Pending> {
  if (isEnrolmentPrincipal(by) && by.recoveryId) throw enrolmentOver(); // see recovery/finish-recovery.ts
  let recoveryCodes: readonly string[] | null = null;
  const outcome = await confirmPending(deps, ctx, {
    ...{ by, factorId, answer },
    opens: (passed) => grantFor(ctx, by, passed),
    settle: async (tx, passed, user) => {
      recoveryCodes = await settle(tx, deps, ctx, { passed, user });
    },
  });
  if (outcome.status === 'pending') return outcome;
  if (!outcome.grant) throw nonePending();
  deps.sessions.forgetUser(outcome.found.userId);
  const { grant, tokenGeneration, candidate, isPasskey } = outcome;
  return {
    status: 'confirmed',
    factorId: candidate.id,
    isPasskey,
    recoveryCodes,
    opened: { grant, tokenGeneration, roles: outcome.found.roles },
  };
}

/** Without `factorId`, it is the newest pending factor. */
export type ConfirmInput = { readonly factorId: string | undefined; readonly answer: Answer };

type PendingConfirmation = ConfirmInput & {
  readonly by: FactorManager;
  /** The session that the confirmation opens or elevates, if any. */
  readonly opens: (passed: PassedFactor) => SessionGrant | null;
  /** The consequences, in the transaction that confirms the factor. */
  readonly settle: (tx: Db, passed: Passed, user: FactorOwner) => Promise<void>;
};

/** The owner of the factors, as it was read before the confirmation. */
export type FactorOwner = NonNullable<Awaited<ReturnType<typeof findUserWithFactors>>>['user'];

/** Confirms a pending factor by its first code. Throws as confirmFactor does. */
export async function confirmPending(
  deps: Deps,
  ctx: RequestContext,
  { by, factorId, answer, opens, settle }: PendingConfirmation,
): Promise<Passed | Pending> {
  const identity = identityOf(by);
  const found = await findUserWithFactors(deps.db, identity.userId);
  if (!found) throw invalidToken();
  if (isEnrolmentPrincipal(by)) assertStillEnrolling(ctx, by, found.user, found.factors);
  const methods = providersFor(deps, answer)
    .filter(({ backup }) => !backup)
    .map(({ method }) => method);
  const unreadable = isMalformedCode(answer)
    ? malformedCode('#/token', 'Six digits, as the app or the message shows them')
    : invalidField('#/token', 'Required: the first code, or a response');
  if (methods.length === 0) throw unreadable;

  const answerer = isEnrolmentPrincipal(by) ? { ...identity, securityVersion: by.securityVersion } : identity;
  const target = { by: 'enrolment', answerer, factorId: factorId ?? null, methods } as const;
  return verifyAnswer(deps, ctx, {
    target,
    answer,
    purpose: {
      event: 'mfa_factor_added',
      at: isEnrolmentPrincipal(by) && by.recoveryId ? 'recovery' : 'enrolment',
      area: identity.area,
      accepts: () => true,
      opens: (_, passed) => opens(passed),
      noCandidate: () => {
        if (isMalformedCode(answer)) return unreadable;
        return factorId === undefined
          ? nonePending()
          : notFound({ detail: 'There is no such pending enrolment.' });
      },
      alongside: (tx, passed) => settle(tx, passed, found.user),
    },
  });
}

function nonePending() {
  return challengeInvalid({ detail: 'No enrolment is pending: it ended, or it was confirmed. Enrol again.' });
}

/** A confirmation never lowers a session. If the method is weaker, the session keeps its level and its freshness. */
function grantFor({ policies, now }: RequestContext, by: FactorManager, passed: PassedFactor): SessionGrant {
  if (isEnrolmentPrincipal(by))
    return grantBySecondFactor(policies, {
      userId: by.userId,
      area: by.area,
      by: passed,
      authTime: by.authTime,
      now,
    });
  const elevates = meets(passed.provider.level, by.session.level);
  return elevates
    ? elevateSession(policies, { session: by.session, by: passed, elevation: 'enrolment', now })
    : reissueSession(policies, by.session);
}

/**
 * Applies the consequences of a confirmed factor, in the same transaction. Returns the recovery codes if the factor is
 * the user's first.
 */
async function settle(
  tx: Db,
  deps: Deps,
  ctx: AuditContext,
  { passed: { candidate, grant }, user }: { readonly passed: Passed; readonly user: Holder },
): Promise<readonly string[] | null> {
  await deleteOtherPending(tx, user.id);
  const owned = primaryFactors(await listFactors(tx, user.id));
  const isFirst = owned.length === 1;
  if (isFirst) await makeDefault(tx, user.id, candidate.id);
  if (isFirst) await unbindFactors(tx, user.id, 'backups', { cause: 'replaced', by: user.id, at: ctx.now });
  const codes = isFirst ? await issueRecoveryCodes(tx, deps, user, ctx.now) : null;

  await markFactorsChanged(tx, user.id, ctx.now);
  await saveMfaReset(tx, user.id, null);
  await cancelPendingLogins(tx, { userId: user.id });
  await endSessions(tx, { userId: user.id, except: grant?.id ?? null }, ctx.now);
  const about = { labels: [candidate.label] };
  await notifyOwner(tx, deps, ctx, { user, factors: owned, notice: 'factor_added', about });
  return codes;
}
