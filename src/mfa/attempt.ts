import type { Db } from '../../db/connect.ts';
import { writeAudit } from '../audit/audit-store.ts';
import type { AuditEvent } from '../audit/core/events.ts';
import type { Deps } from '../deps.ts';
import type { Opening } from '../login/session-store.ts';
import type { Origin } from '../origin.ts';
import { conflict, Problem, tooManyAttempts } from '../problem.ts';
import { type Candidate, type Door, type Found, findAndPay, findThrottle } from './attempt-store.ts';
import { challengeInvalid, mfaTokenInvalid, mfaTokenUsed } from './core/problems.ts';
import type { MFAProvider } from './core/provider.ts';
import { waitSeconds } from './core/throttle.ts';
import { judgeAnswer } from './judge-answer.ts';
import { recordRight, recordWrong } from './record-attempt.ts';
import { refund } from './record-store.ts';
import { told } from './tell-attempt.ts';

type AttemptDeps = Pick<Deps, 'db' | 'vault' | 'providers'>;

/** What a client answered: a code, the response of a ceremony, or nothing (asking how a push fares). */
export type Answer = { readonly code: string } | { readonly response: unknown } | Record<string, never>;

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

export type Outcome = Passed | { readonly status: 'pending'; readonly retryAfterSeconds: number };

/** What passing means at the door in question. */
export type Meaning = {
  /** Which methods count at this door; another is as if the user did not have it. */
  readonly accepts: (found: Found, provider: MFAProvider) => boolean;
  /** The session that a pass opens or raises. */
  readonly opens: (found: Found, provider: MFAProvider) => Opening | null;
  readonly event: AuditEvent['type'];
  readonly area: string | null;
  /** Written in the same transaction as the pass. */
  readonly alongside?: (tx: Db, passed: Passed) => Promise<void>;
  /** Where there is nothing that the answer could be meant for. */
  readonly nothing?: () => Problem;
};

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
  const guessable = providersFor(deps, answer).some((provider) => provider.guessable);
  let right: Candidate | undefined; // at the first look, when something else was faster

  for (let look = 0; look < 3; look += 1) {
    const charged = guessable && look === 0;
    const found = await findAndPay(deps.db, door, charged ? 1 : 0, now);
    const giveBack = async (candidate: Candidate | undefined) => {
      const event = found && candidate && told(found, meaning, 'otp_replayed', 'refused', candidate);
      if (event) await refund(deps.db, found.userId, event, origin, now);
    };
    if (!found?.open || (!charged && !found.alive)) {
      await giveBack(right);
      throw challengeInvalid();
    }
    if (charged && !found.paid) await refuse(deps, found, meaning, origin, now);

    const judged = await judgeAnswer(deps, found, answer, meaning, now).catch(async (error: unknown) => {
      const event = told(found, meaning, 'mfa_check_failed', 'failure', found.candidates[0]);
      if (guessable && isOutage(error)) await refund(deps.db, found.userId, event, origin, now);
      throw error;
    });
    switch (judged.outcome) {
      case 'passed': {
        const passed = await recordRight(deps, found, judged, meaning, origin, now);
        if (passed) return passed;
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
      case 'denied':
      case 'failed': {
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

/** Why no answer was taken: the throttle, a dead temp token, or nothing that this answer could be meant for. */
async function refuse(
  deps: AttemptDeps,
  found: Found,
  meaning: Meaning,
  origin: Origin,
  now: Date,
): Promise<void> {
  const throttle = await findThrottle(deps.db, found.userId);
  const retryAfter = throttle ? waitSeconds(throttle, now) : null;
  if (retryAfter !== null) {
    await writeAudit(deps.db, told(found, meaning, 'excess_rate_limit_exceeded', 'refused'), origin, now);
    throw tooManyAttempts({
      detail: 'Too many wrong codes. Wait, then start again.',
      retry_after: retryAfter,
    });
  }
  if (!found.alive) throw challengeInvalid();
  if (found.candidates.length === 0)
    throw meaning.nothing?.() ?? mfaTokenInvalid({ detail: 'Invalid MFA token' });
  throw tooManyAttempts({ retry_after: 1 });
}
