import {
  challengeInvalid,
  mfaTokenInvalid,
  mfaTokenUsed,
  unreachableFactor,
} from '../../domain/mfa/mfa-problems.ts';
import type { MFAProvider } from '../../domain/mfa/provider.ts';
import { invalidToken } from '../../domain/sessions/login-problems.ts';
import type { ClientInfo } from '../../lib/client-info.ts';
import { conflict, Problem } from '../../lib/problem.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { AuditContext } from '../../platform/kernel/request-context.ts';
import { writeAudit } from '../audit/audit-store.ts';
import { endOpenSend } from '../throttling/send-budget-store.ts';
import {
  type CandidateFactor,
  type ClaimedAttempt,
  claimAttempt,
  type VerificationTarget,
} from './attempt-store.ts';
import { challengeData, dataOf, decryptJson } from './factor-store.ts';
import { releaseAttempt } from './outcome-store.ts';
import { auditEventOf, denyAttempt, failAttempt, passAttempt, rejectAttempt } from './record-outcome.ts';
import {
  type Answer,
  type Evaluation,
  type Outcome,
  parseAnswer,
  providersFor,
  type VerificationDeps,
  type VerificationPurpose,
} from './verification.ts';

/*
 * The story of one answer, such as `POST /auth/mfa/verify` with a TOTP code:
 *
 * 1. The route checks the body and makes an `Answer` of it (api/mfa/challenge-routes.ts, challenge-schemas.ts).
 * 2. The use case says which login the answer belongs to (the target), which methods count, and which session a pass
 *    opens (the purpose): verify-second-factor.ts; the types are in verification.ts. The same steps serve a login with
 *    password and code, a code at a guarded route, a proof, a change of factors and an enrolment.
 * 3. `claimAttempt` finds the user, the factors and the challenge. It reserves the attempt in the same statement,
 *    before anything is compared (attempt-store.ts). `rejectAttempt` refuses an attempt that the throttle does not
 *    admit (record-outcome.ts).
 * 4. `evaluateAnswer` decrypts the factor and asks its provider for a verdict (below; providers/totp.ts).
 * 5. The outcome is recorded (record-outcome.ts decides what, outcome-store.ts writes it):
 *    - passed: one statement uses up the code, opens the session, clears the counts and writes the audit event;
 *    - failed: the attempt stays counted, and the owner may be notified;
 *    - denied, or too weak: the challenge ends, and nothing is counted;
 *    - used before, of a challenge that is over, or nobody could check it: the attempt is released;
 *    - pending: nothing is written.
 * 6. If another request changed the factor, the challenge or the account between 3 and 5, a pass writes nothing.
 *    Steps 3 to 5 run again on the present state. The attempt is not counted again.
 * 7. The use case returns the granted session (sessions/grant-session.ts; sessions/session-store.ts writes it).
 *    The route issues the tokens (api/auth/login-schemas.ts, tokens/tokens.ts).
 *
 * A right answer takes two round trips to the database, and so does a wrong one.
 */

const maxRounds = 3;

/** A round in which the answer passed, but another request was faster. */
type OvertakenRound = { readonly found: ClaimedAttempt; readonly candidate: CandidateFactor };

/**
 * Checks one answer. Throws 401, 403, 429 or 503 as step 5 refuses. Throws 409 if other requests were faster three
 * times.
 */
export async function verifyAnswer(
  deps: VerificationDeps,
  ctx: AuditContext,
  {
    target,
    answer,
    purpose,
  }: { readonly target: VerificationTarget; readonly answer: Answer; readonly purpose: VerificationPurpose },
): Promise<Outcome> {
  const guessable =
    answer.kind !== 'poll' && providersFor(deps, answer).some((provider) => provider.guessable);
  let overtaken: OvertakenRound | undefined;

  for (let round = 0; round < maxRounds; round += 1) {
    const counted = guessable && !overtaken;
    const attempt = await claimAttempt(deps.db, {
      target,
      cost: counted ? 1 : 0,
      now: ctx.now,
      providers: deps.providers,
    });
    const found = attempt && withCountOf(overtaken, attempt);
    const previous = overtaken;
    const releaseUsed = async (candidate: CandidateFactor | undefined, isOver = false) => {
      if (!found || !candidate) return;
      deps.metrics.verification(candidate.method, 'used');
      const changed = previous !== undefined && previous.found.securityVersion !== found.securityVersion;
      const reason = isOver ? 'challenge over' : changed ? 'account changed meanwhile' : null;
      const refused = auditEventOf(found, { purpose, type: 'mfa_failed', outcome: 'refused', candidate });
      const event = reason
        ? { ...refused, detail: { ...refused.detail, reason } }
        : auditEventOf(found, { purpose, type: 'otp_replayed', outcome: 'refused', candidate });
      if (guessable) await releaseAttempt(deps.db, ctx, found, event);
      else await writeAudit(deps.db, ctx, event); // nothing was counted
    };
    if (!found?.open || (!counted && !found.alive)) {
      await releaseUsed(overtaken?.candidate);
      throw found && !found.loginId ? tokenOver() : challengeInvalid();
    }
    const rejected = counted ? !found.claimed : isHeldByReport(deps, found, answer, ctx.now);
    if (rejected) await rejectAttempt(deps, ctx, found, purpose);

    const evaluation = await evaluateAnswer(deps, {
      found,
      answer,
      purpose,
      client: ctx.client,
      now: ctx.now,
    }).catch(async (error: unknown) => {
      const event = auditEventOf(found, {
        purpose,
        type: 'mfa_check_failed',
        outcome: 'failure',
        candidate: found.candidates[0],
      });
      deps.metrics.verification(event.method ?? null, 'unanswered');
      if (guessable && isOutage(error)) await releaseAttempt(deps.db, ctx, found, event);
      throw error;
    });
    if ('provider' in evaluation && evaluation.outcome !== 'pending')
      await endOpenSend(deps.db, evaluation.provider, found.userId);
    switch (evaluation.outcome) {
      case 'waived':
      case 'passed': {
        const passed = await passAttempt(deps, ctx, { found, evaluation, purpose });
        if (passed) {
          deps.metrics.verification(evaluation.candidate.method, evaluation.outcome);
          return passed;
        }
        overtaken = { found, candidate: evaluation.candidate };
        break; // the next round reads what the faster request left
      }
      case 'pending':
        return { status: 'pending', retryAfterSeconds: evaluation.retryAfterSeconds };
      case 'used':
        await releaseUsed(evaluation.candidate);
        throw mfaTokenUsed({
          detail: 'This code was used before. Wait for the next one, or exchange a code for a proof.',
          proof_endpoint: '/auth/mfa/proof',
        });
      case 'over':
        await releaseUsed(evaluation.candidate, true);
        throw challengeInvalid();
      case 'weak':
      case 'denied':
        deps.metrics.verification(evaluation.candidate.method, evaluation.outcome);
        return denyAttempt(deps, ctx, { found, refused: evaluation, purpose });
      case 'failed': {
        if (answer.kind === 'poll' && !overtaken)
          throw mfaTokenInvalid({ detail: 'No push is pending. Send the code.' });
        if (!overtaken) deps.metrics.verification(found.candidates[0]?.method ?? null, 'failed');
        if (!overtaken && found.candidates.length > 0) return failAttempt(deps, ctx, found, purpose);
        await releaseUsed(overtaken?.candidate); // the answer was right in the round before, so nothing was guessed
        throw purpose.noCandidate?.() ?? mfaTokenInvalid({ detail: 'Invalid MFA token' });
      }
    }
  }
  throw conflict();
}

/** A later round counts nothing again: it keeps the count of the first. */
function withCountOf(overtaken: OvertakenRound | undefined, attempt: ClaimedAttempt): ClaimedAttempt {
  if (!overtaken) return attempt;
  const { claimed, inARow, rank } = overtaken.found;
  return { ...attempt, claimed, inARow, rank };
}

/** The caller's own token ended while the answer was checked. */
function tokenOver() {
  return invalidToken({ detail: 'This token is no longer valid. Log in again.' });
}

/**
 * Whether an approval might count here although the owner has reported an attack. None counts until the report ends.
 */
function isHeldByReport(
  { providers }: VerificationDeps,
  found: ClaimedAttempt,
  answer: Answer,
  now: Date,
): boolean {
  if (!found.reportedUntil || found.reportedUntil <= now) return false;
  return answer.kind === 'poll' || found.candidates.some(({ method }) => providers.get(method)?.approved);
}

/** An outage: nobody could check the answer, so it is not counted. */
function isOutage(error: unknown): boolean {
  return error instanceof Problem && error.status === 503;
}

/**
 * Asks the provider of each candidate until one gives a verdict other than `failed`. The provider in a passed
 * evaluation has the level of what the user showed, which may be less than the method's best.
 */
async function evaluateAnswer(
  deps: Pick<Deps, 'vault' | 'providers'>,
  {
    found,
    answer,
    purpose,
    client: { ip: from },
    now,
  }: {
    readonly found: ClaimedAttempt;
    readonly answer: Answer;
    readonly purpose: VerificationPurpose;
    readonly client: Pick<ClientInfo, 'ip'>;
    readonly now: Date;
  },
): Promise<Evaluation> {
  const { userId, username, email, language } = found;
  const context = { now, from, user: { id: userId, username, email, language } };
  for (const candidate of found.candidates) {
    const provider = deps.providers.get(candidate.method);
    if (!provider) continue;
    const parsed = parseAnswer(provider, answer);
    if (!parsed.success || !purpose.accepts(found, provider)) continue;
    const { id, method, version, dataSealed, challenge } = candidate;
    const data = dataOf(deps, provider, { id, userId, dataSealed });
    const state = challenge && stateOf(deps, provider, id, challenge);
    const factor = { id, userId, method, data, version };
    const verdict = await provider
      .verify({ factor, state, answer: parsed.data }, context)
      .catch((error: unknown) => {
        throw unreachableFactor(error);
      });
    if (verdict.outcome === 'failed') continue;
    if (verdict.outcome === 'passed' && challenge && challenge.status !== 'open') {
      // The code that a challenge sent was used with it. The code of an app was not: another one ended the challenge.
      const isUsed = challenge.status === 'passed' && !provider.challengeless;
      return { outcome: isUsed ? 'used' : 'over', candidate, provider };
    }
    if (verdict.outcome !== 'passed') return { ...verdict, candidate, provider };
    const graded = { ...provider, ...verdict.grade };
    const weak = !purpose.accepts(found, graded);
    return weak ? { outcome: 'weak', candidate, provider } : { ...verdict, candidate, provider: graded };
  }
  return { outcome: 'failed' };
}

/** The state that a method keeps on a challenge, decrypted and parsed by the method's own schema. */
function stateOf(
  { vault }: Pick<Deps, 'vault'>,
  { state }: Pick<MFAProvider, 'state'>,
  factorId: string,
  { id, stateSealed }: NonNullable<CandidateFactor['challenge']>,
): unknown {
  return state.parse(decryptJson(vault, stateSealed, challengeData({ id, factorId })));
}
