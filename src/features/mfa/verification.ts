import type { Db } from '../../../db/connect.ts';
import type { AuditEvent } from '../../domain/audit/events.ts';
import type { MFAProvider } from '../../domain/mfa/provider.ts';
import type { SessionGrant } from '../../domain/sessions/session.ts';
import type { Problem } from '../../lib/problem.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { PassedFactor } from '../sessions/grant-session.ts';
import type { CandidateFactor, ClaimedAttempt } from './attempt-store.ts';

export type VerificationDeps = Pick<Deps, 'db' | 'vault' | 'providers' | 'metrics'>;

/** What a client answered: a code, the response of a ceremony, or nothing (asking how a push fares). */
export type Answer = { readonly code: string } | { readonly response: unknown } | Record<string, never>;

export function answerOf(code: string | undefined, response: unknown): Answer {
  if (code !== undefined) return { code };
  return response === undefined ? {} : { response };
}

export type Passed = {
  readonly status: 'passed';
  readonly found: ClaimedAttempt;
  readonly candidate: CandidateFactor;
  readonly provider: MFAProvider;
  readonly grant: SessionGrant | null;
  readonly tokenGeneration: number;
  /** How many of its kind are left, where the method has a supply: recovery codes. */
  readonly left: number | undefined;
  /** A new one in place of that which was spent, for its owner alone. */
  readonly renewed: string | undefined;
};

/** Nobody has decided yet. */
export type Pending = { readonly status: 'pending'; readonly retryAfterSeconds: number };
export type Outcome = Passed | Pending;

/** What passing means at the door in question. */
export type VerificationPurpose = {
  /** Which methods count at this door; another is as if the user did not have it. */
  readonly accepts: (found: ClaimedAttempt, provider: MFAProvider) => boolean;
  /** The session that a pass opens or raises. */
  readonly opens: (found: ClaimedAttempt, by: PassedFactor) => SessionGrant | null;
  /** The session of somebody whom the provider let through without asking; null where that is not enough. */
  readonly waives?: (found: ClaimedAttempt) => SessionGrant | null;
  /** Whether a code that is spent here is replaced: only where nobody but its owner reads the answer. */
  readonly renews?: (found: ClaimedAttempt) => boolean;
  readonly event: AuditEvent['type'];
  /** Where the answer comes in, as the audit tells it. */
  readonly at: VerificationPlace | ((found: ClaimedAttempt) => VerificationPlace);
  readonly area: string | null;
  /** Written in the same transaction as the pass. */
  readonly alongside?: (tx: Db, passed: Passed) => Promise<void>;
  /** Where there is nothing that the answer could be meant for. */
  readonly nothing?: () => Problem;
};

/** A login; the step-up of a session; `X-MFA-Token` at a guarded route; and what a code is spent for beside these. */
export type VerificationPlace = 'login' | 'step_up' | 'guard' | 'proof' | 'change' | 'enrolment';
