import { challengeInvalid, mfaTokenInvalid, mfaTokenUsed } from '../../domain/mfa/mfa-problems.ts';
import type { MFAProvider } from '../../domain/mfa/provider.ts';
import { invalidToken } from '../../domain/sessions/login-problems.ts';
import type { ClientInfo } from '../../lib/client-info.ts';
import { conflict, Problem } from '../../lib/problem.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import { writeAudit } from '../audit/audit-store.ts';
import { endOpenSend } from '../throttling/send-budget-store.ts';
import {
  type CandidateFactor,
  type ClaimedAttempt,
  claimAttempt,
  type VerificationTarget,
} from './attempt-store.ts';
import { evaluateAnswer } from './evaluate-answer.ts';
import { releaseAttempt } from './outcome-store.ts';
import { auditEventOf, denyAttempt, failAttempt, passAttempt, rejectAttempt } from './record-outcome.ts';
import type { Answer, Outcome, VerificationDeps, VerificationPurpose } from './verification.ts';

/** An empty answer asks how a push fares: there is nothing to guess in it. */
function isPoll(answer: Answer): boolean {
  return Object.keys(answer).length === 0;
}

/** The providers that an answer of this shape could be meant for. Finding them costs nothing. */
export function providersFor(deps: Pick<Deps, 'providers'>, answer: Answer): readonly MFAProvider[] {
  return [...deps.providers.values()].filter((provider) => provider.answer.safeParse(answer).success);
}

/**
 * Checks one answer, whichever door it came through: find it, pay for it, ask the provider, record.
 * Two round trips where it is right, two where it is wrong. Where another answer won the race, it looks again.
 */
export async function verifyAnswer(
  deps: VerificationDeps,
  target: VerificationTarget,
  answer: Answer,
  purpose: VerificationPurpose,
  origin: ClientInfo,
  now: Date,
): Promise<Outcome> {
  const guessable = !isPoll(answer) && providersFor(deps, answer).some((provider) => provider.guessable);
  let right: CandidateFactor | undefined; // at the first look, when something else was faster
  let version: number | undefined; // of its owner, at that look
  let cost: Pick<ClaimedAttempt, 'paid' | 'inARow' | 'rank'> | undefined; // what the first look was charged

  for (let look = 0; look < 3; look += 1) {
    const charged = guessable && look === 0;
    const seen = await claimAttempt(deps.db, target, charged ? 1 : 0, now, deps.providers);
    const found = seen && { ...seen, ...cost };
    if (found) cost = { paid: found.paid, inARow: found.inARow, rank: found.rank };
    const giveBack = async (candidate: CandidateFactor | undefined) => {
      if (!found || !candidate) return;
      deps.metrics.verification(candidate.method, 'used');
      const changed = version !== undefined && version !== found.securityVersion;
      const event = changed
        ? {
            ...auditEventOf(found, purpose, 'mfa_failed', 'refused', candidate),
            detail: { reason: 'account changed meanwhile' },
          }
        : auditEventOf(found, purpose, 'otp_replayed', 'refused', candidate);
      if (guessable) await releaseAttempt(deps.db, found, event, origin, now);
      else await writeAudit(deps.db, event, origin, now); // it cost nothing
    };
    if (!found?.open || (!charged && !found.alive)) {
      await giveBack(right);
      throw found && !found.loginId ? tokenOver() : challengeInvalid();
    }
    const refused = charged ? !found.paid : isHeldByReport(deps, found, answer, now);
    if (refused) await rejectAttempt(deps, found, purpose, origin, now);

    const evaluation = await evaluateAnswer(deps, found, answer, purpose, origin, now).catch(
      async (error: unknown) => {
        const event = auditEventOf(found, purpose, 'mfa_check_failed', 'failure', found.candidates[0]);
        deps.metrics.verification(event.method ?? null, 'unanswered');
        if (guessable && isOutage(error)) await releaseAttempt(deps.db, found, event, origin, now);
        throw error;
      },
    );
    if ('provider' in evaluation && evaluation.outcome !== 'pending')
      await endOpenSend(deps.db, evaluation.provider, found.userId);
    switch (evaluation.outcome) {
      case 'waived':
      case 'passed': {
        const passed = await passAttempt(deps, found, evaluation, purpose, origin, now);
        if (passed) {
          deps.metrics.verification(evaluation.candidate.method, evaluation.outcome);
          return passed;
        }
        right = evaluation.candidate;
        version = found.securityVersion;
        break; // something else was faster: look again at what it left
      }
      case 'pending':
        return { status: 'pending', retryAfterSeconds: evaluation.retryAfterSeconds };
      case 'used':
        await giveBack(evaluation.candidate);
        throw mfaTokenUsed({
          detail: 'This code was used before. Wait for the next one, or exchange a code for a proof.',
          proof_endpoint: '/auth/mfa/proof',
        });
      case 'weak':
      case 'denied':
        deps.metrics.verification(evaluation.candidate.method, evaluation.outcome);
        return denyAttempt(deps, found, evaluation, purpose, origin, now);
      case 'failed': {
        if (isPoll(answer) && !right) throw mfaTokenInvalid({ detail: 'No push is pending. Send the code.' });
        if (!right) deps.metrics.verification(found.candidates[0]?.method ?? null, 'failed');
        if (!right && found.candidates.length > 0) return failAttempt(deps, found, purpose, origin, now);
        await giveBack(right); // what was right once was no guess
        throw purpose.nothing?.() ?? mfaTokenInvalid({ detail: 'Invalid MFA token' });
      }
    }
  }
  throw conflict();
}

/** Somebody who came by a token of theirs, which died while they answered. */
function tokenOver() {
  return invalidToken({ detail: 'This token is no longer valid. Log in again.' });
}

/** Whether what would count here is a yes of the owner, who has reported an attack: then none does until it is over. */
function isHeldByReport(
  { providers }: VerificationDeps,
  found: ClaimedAttempt,
  answer: Answer,
  now: Date,
): boolean {
  if (!found.reportedUntil || found.reportedUntil <= now) return false;
  return isPoll(answer) || found.candidates.some(({ method }) => providers.get(method)?.approved);
}

/** Nobody could say whether the answer was right: then it costs its owner nothing. */
function isOutage(error: unknown): boolean {
  return error instanceof Problem && error.status === 503;
}
