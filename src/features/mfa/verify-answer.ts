import { challengeInvalid, mfaTokenInvalid, mfaTokenUsed } from '../../domain/mfa/mfa-problems.ts';
import type { MFAProvider } from '../../domain/mfa/provider.ts';
import { invalidToken } from '../../domain/sessions/login-problems.ts';
import type { Origin } from '../../lib/client-info.ts';
import { conflict, Problem } from '../../lib/problem.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import { writeAudit } from '../audit/audit-store.ts';
import { endOpenSend } from '../throttling/send-budget-store.ts';
import { type Candidate, type Door, type Found, findAndPay } from './attempt-store.ts';
import { judgeAnswer } from './evaluate-answer.ts';
import { refund } from './outcome-store.ts';
import { recordDenied, recordRight, recordWrong, refuseAnswer, told } from './record-outcome.ts';
import type { Answer, AttemptDeps, Meaning, Outcome } from './verification.ts';

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
export async function attempt(
  deps: AttemptDeps,
  door: Door,
  answer: Answer,
  meaning: Meaning,
  origin: Origin,
  now: Date,
): Promise<Outcome> {
  const guessable = !isPoll(answer) && providersFor(deps, answer).some((provider) => provider.guessable);
  let right: Candidate | undefined; // at the first look, when something else was faster
  let version: number | undefined; // of its owner, at that look
  let cost: Pick<Found, 'paid' | 'inARow' | 'rank'> | undefined; // what the first look was charged

  for (let look = 0; look < 3; look += 1) {
    const charged = guessable && look === 0;
    const seen = await findAndPay(deps.db, door, charged ? 1 : 0, now, deps.providers);
    const found = seen && { ...seen, ...cost };
    if (found) cost = { paid: found.paid, inARow: found.inARow, rank: found.rank };
    const giveBack = async (candidate: Candidate | undefined) => {
      if (!found || !candidate) return;
      deps.tally.verification(candidate.method, 'used');
      const changed = version !== undefined && version !== found.securityVersion;
      const event = changed
        ? {
            ...told(found, meaning, 'mfa_failed', 'refused', candidate),
            detail: { reason: 'account changed meanwhile' },
          }
        : told(found, meaning, 'otp_replayed', 'refused', candidate);
      if (guessable) await refund(deps.db, found, event, origin, now);
      else await writeAudit(deps.db, event, origin, now); // it cost nothing
    };
    if (!found?.open || (!charged && !found.alive)) {
      await giveBack(right);
      throw found && !found.loginId ? tokenOver() : challengeInvalid();
    }
    const refused = charged ? !found.paid : isHeldByReport(deps, found, answer, now);
    if (refused) await refuseAnswer(deps, found, meaning, origin, now);

    const judged = await judgeAnswer(deps, found, answer, meaning, origin, now).catch(
      async (error: unknown) => {
        const event = told(found, meaning, 'mfa_check_failed', 'failure', found.candidates[0]);
        deps.tally.verification(event.method ?? null, 'unanswered');
        if (guessable && isOutage(error)) await refund(deps.db, found, event, origin, now);
        throw error;
      },
    );
    if ('provider' in judged && judged.outcome !== 'pending')
      await endOpenSend(deps.db, judged.provider, found.userId);
    switch (judged.outcome) {
      case 'waived':
      case 'passed': {
        const passed = await recordRight(deps, found, judged, meaning, origin, now);
        if (passed) {
          deps.tally.verification(judged.candidate.method, judged.outcome);
          return passed;
        }
        right = judged.candidate;
        version = found.securityVersion;
        break; // something else was faster: look again at what it left
      }
      case 'pending':
        return { status: 'pending', retryAfterSeconds: judged.retryAfterSeconds };
      case 'used':
        await giveBack(judged.candidate);
        throw mfaTokenUsed({
          detail: 'This code was used before. Wait for the next one, or exchange a code for a proof.',
          proof_endpoint: '/auth/mfa/proof',
        });
      case 'weak':
      case 'denied':
        deps.tally.verification(judged.candidate.method, judged.outcome);
        return recordDenied(deps, found, judged, meaning, origin, now);
      case 'failed': {
        if (isPoll(answer) && !right)
          throw mfaTokenInvalid({ detail: 'Nothing is waited for: send the code.' });
        if (!right) deps.tally.verification(found.candidates[0]?.method ?? null, 'failed');
        if (!right && found.candidates.length > 0) return recordWrong(deps, found, meaning, origin, now);
        await giveBack(right); // what was right once was no guess
        throw meaning.nothing?.() ?? mfaTokenInvalid({ detail: 'Invalid MFA token' });
      }
    }
  }
  throw conflict();
}

/** Somebody who came by a token of theirs, which died while they answered. */
function tokenOver() {
  return invalidToken({ detail: 'This token is over. Log in again.' });
}

/** Whether what would count here is a yes of the owner, who has reported an attack: then none does until it is over. */
function isHeldByReport({ providers }: AttemptDeps, found: Found, answer: Answer, now: Date): boolean {
  if (!found.reportedUntil || found.reportedUntil <= now) return false;
  return isPoll(answer) || found.candidates.some(({ method }) => providers.get(method)?.approved);
}

/** Nobody could say whether the answer was right: then it costs its owner nothing. */
function isOutage(error: unknown): boolean {
  return error instanceof Problem && error.status === 503;
}
