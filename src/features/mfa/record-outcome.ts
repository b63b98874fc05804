import type { Db } from '../../../db/connect.ts';
import { inTransaction } from '../../../db/in-transaction.ts';
import type { AuditEvent } from '../../domain/audit/events.ts';
import {
  challengeInvalid,
  factorExists,
  methodNotAllowed,
  mfaTokenInvalid,
} from '../../domain/mfa/mfa-problems.ts';
import { noticeThresholds } from '../../domain/notices/notice-thresholds.ts';
import type { About, Notice } from '../../domain/notices/notices.ts';
import { rankOf } from '../../domain/policy/assurance-level.ts';
import type { SessionGrant } from '../../domain/sessions/session.ts';
import { attemptsRemaining, waitSeconds } from '../../domain/throttling/second-factor-throttle.ts';
import { tooManyAttempts } from '../../lib/problem.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { AuditContext } from '../../platform/kernel/request-context.ts';
import { writeAudit } from '../audit/audit-store.ts';
import { endDevices } from '../devices/device-store.ts';
import { encryptNotices } from '../notices/notify-user.ts';
import type { EncryptedMail } from '../notices/outbox-store.ts';
import { findThrottle, lockByReport } from '../throttling/throttle-store.ts';
import { lockUser } from '../users/user-store.ts';
import type { CandidateFactor, ClaimedAttempt } from './attempt-store.ts';
import { encryptJson, factorData, listFactors } from './factor-store.ts';
import { noticeAddressesOf, notifyOwner } from './notify-owner.ts';
import {
  endChallenge,
  type FailureNotices,
  isUniqueIdTaken,
  recordFailure,
  recordPass,
  releaseAttempt,
} from './outcome-store.ts';
import { cancelPendingLogins } from './pending-login-store.ts';
import type { Evaluation, Passed, VerificationPurpose } from './verification.ts';

type AttemptDeps = Pick<Deps, 'db' | 'vault' | 'letterhead' | 'providers' | 'metrics'>;

/**
 * Records a pass. Undefined if another request was faster: then nothing is written. Throws 409 factor-exists if the
 * factor is enrolled already.
 */
export async function passAttempt(
  deps: AttemptDeps,
  ctx: AuditContext,
  {
    found,
    evaluation,
    purpose,
  }: {
    readonly found: ClaimedAttempt;
    readonly evaluation: Extract<Evaluation, { outcome: 'passed' | 'waived' }>;
    readonly purpose: VerificationPurpose;
  },
): Promise<Passed | undefined> {
  const { candidate, provider } = evaluation;
  const verdict = evaluation.outcome === 'passed' ? evaluation : null;
  // One write uses up the old code and saves the new one, so that each used code is replaced once.
  const renews = verdict?.data !== undefined && purpose.renews?.(found);
  const renewal = renews ? provider.backup?.renew?.(verdict.data) : undefined;
  const { data, left } = renewal ?? verdict ?? {};
  const uniqueId = verdict?.uniqueId ?? null;
  const authenticator = verdict?.authenticator ?? null;
  const associatedData = factorData({ id: candidate.id, userId: found.userId });
  const dataSealed = data === undefined ? null : encryptJson(deps.vault, data, associatedData);
  const waived = evaluation.outcome === 'waived';
  const grant = waived
    ? (purpose.waives?.(found) ?? null)
    : purpose.opens(found, { provider, factorId: candidate.id });
  if (waived && !grant) return denyAttempt(deps, ctx, { found, refused: evaluation, purpose });
  const type = waived ? 'mfa_waived' : (provider.backup?.usageEvent ?? purpose.event);
  const plain = auditEventOf(found, { purpose, type, outcome: 'success', candidate });
  const event = {
    ...plain,
    ...(grant && { sessionId: grant.id, area: grant.area }),
    detail: {
      ...plain.detail,
      ...(left !== undefined && { left }),
      ...(renewal && { renewed: true }),
      ...(grant?.waived && { waived: grant.waived }),
    },
  };
  const mails = await passNotices(deps, ctx, { found, candidate, grant });
  const write = async (db: Db): Promise<Passed | undefined> => {
    const rank = grant?.waived ? 0 : rankOf(provider.level); // a waiver shows no factor
    const approved = provider.approved === true;
    const pass = {
      ...{ found, candidate, dataSealed, uniqueId, authenticator, grant, rank, approved, event, mails },
    };
    const won = await recordPass(db, ctx, pass);
    return won
      ? {
          status: 'passed',
          found,
          candidate,
          provider,
          grant,
          ...won,
          left,
          renewed: renewal?.code,
          isPasskey: authenticator?.isPasskey ?? false,
        }
      : undefined;
  };
  const refuse = async (error: unknown) => {
    if (!isUniqueIdTaken(error)) throw error;
    await writeAudit(
      deps.db,
      ctx,
      auditEventOf(found, { purpose, type: 'mfa_failed', outcome: 'refused', candidate }),
    );
    throw factorExists({ detail: 'This factor is already enrolled.' });
  };
  const { backup } = provider;
  if (!purpose.alongside && !backup) return write(deps.db).catch(refuse);
  const all = inTransaction(deps.db, async (tx) => {
    const passed = await write(tx);
    if (passed) await purpose.alongside?.(tx, passed);
    const about = left === undefined ? null : { codesLeft: left, renewed: renewal !== undefined };
    if (passed && backup) {
      const factors = await listFactors(tx, found.userId);
      await notifyOwner(tx, deps, ctx, { user: found, factors, notice: backup.notice, about });
    }
    return passed;
  });
  return all.catch(refuse);
}

/** Records a wrong answer. Throws 403 mfa-token-invalid. */
export async function failAttempt(
  deps: AttemptDeps,
  ctx: AuditContext,
  found: ClaimedAttempt,
  purpose: VerificationPurpose,
): Promise<never> {
  const challengeIds = found.candidates.flatMap(({ challenge }) => (challenge ? [challenge.id] : []));
  const confirmed = found.candidates.filter(
    ({ pending, method }) => !pending && !deps.providers.get(method)?.backup,
  );
  const disableable = confirmed.map(({ id }) => id);
  const event = auditEventOf(found, {
    purpose,
    type: 'mfa_failed',
    outcome: 'failure',
    candidate: found.candidates[0],
  });
  const notices = await failureNotices(deps, ctx, found, purpose);
  const throttle = await recordFailure(deps.db, ctx, { found, challengeIds, disableable, event, notices });
  const remaining = attemptsRemaining(throttle, ctx.now);
  if (found.claimed && remaining === 0) deps.metrics.lock();
  throw mfaTokenInvalid({
    detail: 'Invalid MFA token',
    ...(found.claimed && { attempts_remaining: remaining }),
    ...(found.claimed && remaining === 0 && { retry_after: waitSeconds(throttle, ctx.now) ?? 1 }),
  });
}

type Refused = Extract<Evaluation, { outcome: 'denied' | 'weak' | 'waived' }>;

const reasons = { denied: 'denied', weak: 'too weak here', waived: 'no factor was asked for' } as const;

/**
 * Records a denial, or an approval that is not enough here. Nothing was guessed, so nothing is counted, but the
 * challenge ends. If the owner reports an attack, the second factor is locked for a while: the user is not asked, and
 * no approval counts. The trusted devices end, and the owner is notified. Throws 403.
 */
export async function denyAttempt(
  deps: Pick<Deps, 'db' | 'vault' | 'letterhead' | 'providers'>,
  ctx: AuditContext,
  {
    found,
    refused,
    purpose,
  }: { readonly found: ClaimedAttempt; readonly refused: Refused; readonly purpose: VerificationPurpose },
): Promise<never> {
  const { candidate, outcome } = refused;
  const reported = outcome === 'denied' && refused.reported === true;
  const refusal = auditEventOf(found, {
    purpose,
    type: reported ? 'mfa_attack_reported' : 'mfa_failed',
    outcome: 'refused',
    candidate,
  });
  const isModel = outcome === 'denied' && refused.model === true;
  const reason = isModel ? 'authenticator not allowed' : reasons[outcome];
  const event: AuditEvent = { ...refusal, detail: { ...refusal.detail, reason } };
  await inTransaction(deps.db, async (tx) => {
    await lockUser(tx, found.userId);
    const first = !candidate.challenge || (await endChallenge(tx, candidate.challenge.id));
    if (!first) return; // recorded already: the client asked twice
    if (found.claimed) await releaseAttempt(tx, ctx, found, event);
    else await writeAudit(tx, ctx, event);
    if (outcome === 'denied') await purpose.onDenied?.(tx);
    if (!reported) return;
    await cancelPendingLogins(tx, { userId: found.userId }); // first: a pass locks the login before the throttle
    await lockByReport(tx, found.userId, ctx.now);
    await endDevices(tx, { userId: found.userId }, ctx.now);
    await writeAudit(
      tx,
      ctx,
      auditEventOf(found, { purpose, type: 'authn_login_lock', outcome: 'refused', candidate }),
    );
    const about = { labels: [candidate.label] };
    const factors = await listFactors(tx, found.userId);
    await notifyOwner(tx, deps, ctx, { user: found, factors, notice: 'attack_reported', about });
  });
  if (isModel)
    throw methodNotAllowed({ detail: 'Authenticators of this model are not allowed here. Use another one.' });
  if (outcome === 'denied') throw mfaTokenInvalid({ detail: 'The login was denied.' });
  throw methodNotAllowed({ detail: 'This answer is not strong enough here. Use another method.' });
}

/**
 * Refuses an answer that was not admitted: the throttle refused it, the temp token was cancelled, or no factor could
 * take it.
 */
export async function rejectAttempt(
  deps: Pick<Deps, 'db' | 'metrics'>,
  ctx: AuditContext,
  found: ClaimedAttempt,
  purpose: VerificationPurpose,
): Promise<never> {
  const throttle = await findThrottle(deps.db, found.userId);
  const retryAfter = throttle ? waitSeconds(throttle, ctx.now) : null;
  if (retryAfter !== null) {
    deps.metrics.verification(found.candidates[0]?.method ?? null, 'locked');
    await writeAudit(
      deps.db,
      ctx,
      auditEventOf(found, { purpose, type: 'excess_rate_limit_exceeded', outcome: 'refused' }),
    );
    throw tooManyAttempts('second_factor', {
      detail: 'Too many wrong codes. Wait, then start again.',
      retry_after: retryAfter,
    });
  }
  if (!found.alive) throw challengeInvalid();
  if (found.candidates.length === 0)
    throw purpose.noCandidate?.() ?? mfaTokenInvalid({ detail: 'Invalid MFA token' });
  throw tooManyAttempts('second_factor', { retry_after: 1 });
}

export function auditEventOf(
  found: ClaimedAttempt,
  {
    purpose,
    type,
    outcome,
    candidate,
  }: {
    readonly purpose: VerificationPurpose;
    readonly type: AuditEvent['type'];
    readonly outcome: AuditEvent['outcome'];
    readonly candidate?: CandidateFactor | undefined;
  },
): AuditEvent {
  const { at } = purpose;
  return {
    type,
    outcome,
    userId: found.userId,
    area: found.area ?? purpose.area,
    sessionId: found.sessionId,
    method: candidate?.method ?? null,
    factorId: candidate?.id ?? null,
    detail: { at: typeof at === 'function' ? at(found) : at },
  };
}

/**
 * The notices that a wrong answer may cause. The statement that records the answer decides which of them are sent
 * (LG-9). At a login the notice says that the password was right, because the second step comes after it.
 */
async function failureNotices(
  deps: Pick<Deps, 'db' | 'vault' | 'letterhead' | 'providers'>,
  ctx: AuditContext,
  found: ClaimedAttempt,
  { at: context }: VerificationPurpose,
): Promise<FailureNotices> {
  const [first] = found.candidates;
  const addresses = await addressesOf(deps, found);
  const of = (notice: Notice, about: About | null) =>
    encryptNotices(deps, ctx, addresses, { notice, user: found, about, at: ctx.now });
  const isElsewhere = context === 'caller_check' || context === 'recovery'; // no password came before it
  const isLogin = found.sessionId === null && first?.pending === false && !isElsewhere;
  return {
    failed: isLogin ? of('second_factor_failed', null) : [],
    locked: of('account_locked', null),
    disabled: of('factor_disabled', first ? { labels: [first.label] } : null),
  };
}

/** The notices of a login that succeeds after failures. */
async function passNotices(
  deps: Pick<Deps, 'db' | 'vault' | 'letterhead' | 'providers'>,
  ctx: AuditContext,
  {
    found,
    candidate,
    grant,
  }: {
    readonly found: ClaimedAttempt;
    readonly candidate: CandidateFactor;
    readonly grant: SessionGrant | null;
  },
): Promise<readonly EncryptedMail[]> {
  const wrongBefore = (found.inARow ?? 1) - 1;
  const isLogin = grant !== null && grant.elevation === null && !candidate.pending;
  if (!isLogin || wrongBefore < noticeThresholds.wrongCodes) return [];
  const about = { wrongCodes: wrongBefore };
  const notice = { notice: 'login_after_failures', user: found, about, at: ctx.now } as const;
  return encryptNotices(deps, ctx, await addressesOf(deps, found), notice);
}

/**
 * The addresses of the account and of all its factors. A single mailbox may be the attacker's. The address of a factor
 * that waits for its first code is not proven, so it gets no notice.
 */
async function addressesOf(
  deps: Pick<Deps, 'db' | 'vault' | 'providers'>,
  { userId, email }: ClaimedAttempt,
): Promise<readonly string[]> {
  return [...(email ? [email] : []), ...noticeAddressesOf(deps, await listFactors(deps.db, userId))];
}
