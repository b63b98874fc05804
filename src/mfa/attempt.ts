import type { Db } from '../../db/connect.ts';
import { writeAudit } from '../audit/audit-store.ts';
import type { AuditEvent } from '../audit/core/events.ts';
import type { Deps } from '../deps.ts';
import type { Opening } from '../login/session-store.ts';
import type { Origin } from '../origin.ts';
import { conflict, Problem } from '../problem.ts';
import { type Candidate, type Door, type Found, findAndPay } from './attempt-store.ts';
import { challengeInvalid, mfaTokenInvalid, mfaTokenUsed } from './core/problems.ts';
import type { MFAProvider } from './core/provider.ts';
import { judgeAnswer } from './judge-answer.ts';
import { recordRight, recordWrong } from './record-attempt.ts';
import { recordDenied } from './record-denial.ts';
import { refund } from './record-store.ts';
import { refuseAnswer } from './refuse-answer.ts';
import { endOpenSend } from './send-store.ts';
import { told } from './tell-attempt.ts';

type AttemptDeps = Pick<Deps, 'db' | 'vault' | 'providers' | 'tally'>;

/** What a client answered: a code, the response of a ceremony, or nothing (asking how a push fares). */
export type Answer = { readonly code: string } | { readonly response: unknown } | Record<string, never>;

export function answerOf(code: string | undefined, response: unknown): Answer {
  if (code !== undefined) return { code };
  return response === undefined ? {} : { response };
}

export type Passed = {
  readonly status: 'passed';
  readonly found: Found;
  readonly candidate: Candidate;
  readonly provider: MFAProvider;
  readonly opening: Opening | null;
  readonly generation: number;
  /** How many of its kind are left, where the method has a supply: recovery codes. */
  readonly left: number | undefined;
};

/** Nobody has decided yet. */
export type Pending = { readonly status: 'pending'; readonly retryAfterSeconds: number };
export type Outcome = Passed | Pending;

/** What passing means at the door in question. */
export type Meaning = {
  /** Which methods count at this door; another is as if the user did not have it. */
  readonly accepts: (found: Found, provider: MFAProvider) => boolean;
  /** The session that a pass opens or raises. */
  readonly opens: (found: Found, provider: MFAProvider) => Opening | null;
  /** The session of somebody whom the provider let through without asking; null where that is not enough. */
  readonly waives?: (found: Found) => Opening | null;
  readonly event: AuditEvent['type'];
  readonly area: string | null;
  /** Written in the same transaction as the pass. */
  readonly alongside?: (tx: Db, passed: Passed) => Promise<void>;
  /** Where there is nothing that the answer could be meant for. */
  readonly nothing?: () => Problem;
};

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

  for (let look = 0; look < 3; look += 1) {
    const charged = guessable && look === 0;
    const found = await findAndPay(deps.db, door, charged ? 1 : 0, now);
    const giveBack = async (candidate: Candidate | undefined) => {
      if (!found || !candidate) return;
      deps.tally.verification(candidate.method, 'used');
      const event = told(found, meaning, 'otp_replayed', 'refused', candidate);
      if (guessable) await refund(deps.db, found.userId, event, origin, now);
      else await writeAudit(deps.db, event, origin, now); // it cost nothing
    };
    if (!found?.open || (!charged && !found.alive)) {
      await giveBack(right);
      throw challengeInvalid();
    }
    if (charged && !found.paid) await refuseAnswer(deps, found, meaning, origin, now);

    const judged = await judgeAnswer(deps, found, answer, meaning, now).catch(async (error: unknown) => {
      const event = told(found, meaning, 'mfa_check_failed', 'failure', found.candidates[0]);
      deps.tally.verification(event.method ?? null, 'unanswered');
      if (guessable && isOutage(error)) await refund(deps.db, found.userId, event, origin, now);
      throw error;
    });
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

/** Nobody could say whether the answer was right: then it costs its owner nothing. */
function isOutage(error: unknown): boolean {
  return error instanceof Problem && error.status === 503;
}
