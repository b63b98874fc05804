import type { Db } from '../../../db/connect.ts';
import type { AuditEvent } from '../../domain/audit/events.ts';
import { isCode } from '../../domain/mfa/codes.ts';
import type { MFAProvider, Verdict } from '../../domain/mfa/provider.ts';
import type { SessionGrant } from '../../domain/sessions/session.ts';
import type { Problem } from '../../lib/problem.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { PassedFactor } from '../sessions/grant-session.ts';
import type { CandidateFactor, ClaimedAttempt } from './attempt-store.ts';

// The types of a verification: the answer, its purpose, a provider's evaluation of it, and the outcome.

export type VerificationDeps = Pick<Deps, 'db' | 'vault' | 'letterhead' | 'providers' | 'metrics'>;

/**
 * The client's answer: a code, the response of a ceremony such as that of a security key, or a poll. A poll asks
 * whether the owner has decided on a push.
 */
export type Answer =
  | { readonly kind: 'code'; readonly code: string }
  | { readonly kind: 'ceremony'; readonly response: unknown }
  | { readonly kind: 'poll' };

/** Parses an answer by the provider's own schema, which knows the shape of the wire: `{code}`, `{response}` or `{}`. */
export function parseAnswer(provider: MFAProvider, answer: Answer) {
  const { kind: _, ...fields } = answer;
  return provider.answer.safeParse(fields);
}

/** The providers that could take an answer of this shape. Finding them costs nothing. */
export function providersFor(deps: Pick<Deps, 'providers'>, answer: Answer): readonly MFAProvider[] {
  return [...deps.providers.values()].filter((provider) => parseAnswer(provider, answer).success);
}

/** A code that cannot be one of any factor. It is refused (400) and not counted. */
export function isMalformedCode(answer: Answer): boolean {
  return answer.kind === 'code' && !isCode(answer.code);
}

/** A provider's evaluation of an answer; `candidate` and `provider` are the factor and its provider. */
export type Evaluation =
  | (Exclude<Verdict<unknown>, { outcome: 'failed' }> & EvaluatedBy)
  /** The answer is right, but the factor that was shown is too weak for this purpose. */
  | ({ readonly outcome: 'weak' } & EvaluatedBy)
  /** The answer is right, but another answer has ended its challenge. */
  | ({ readonly outcome: 'over' } & EvaluatedBy)
  | { readonly outcome: 'failed' };
type EvaluatedBy = { readonly candidate: CandidateFactor; readonly provider: MFAProvider };

export type Passed = {
  readonly status: 'passed';
  readonly found: ClaimedAttempt;
  readonly candidate: CandidateFactor;
  readonly provider: MFAProvider;
  readonly grant: SessionGrant | null;
  readonly tokenGeneration: number;
  /** How many codes are left, if the method has a supply of them, such as recovery codes. */
  readonly left: number | undefined;
  /** A new code in place of the used one, for its owner alone. */
  readonly renewed: string | undefined;
  /** A new credential that can log its owner in without a name. */
  readonly isPasskey: boolean;
};

/** The owner has not decided yet. */
export type Pending = { readonly status: 'pending'; readonly retryAfterSeconds: number };
export type Outcome = Passed | Pending;

/** The purpose of an answer, and the consequences of a pass. */
export type VerificationPurpose = {
  /** Which methods count for this purpose. The others are ignored, as if the user did not have them. */
  readonly accepts: (found: ClaimedAttempt, provider: MFAProvider) => boolean;
  /** The session that a pass opens or elevates; null if there is none. */
  readonly opens: (found: ClaimedAttempt, by: PassedFactor) => SessionGrant | null;
  /** The session of a user whom the provider let through without asking; null if that is not enough. */
  readonly waives?: (found: ClaimedAttempt) => SessionGrant | null;
  /** Whether a new code replaces a used one. This is allowed only if the owner alone reads the answer. */
  readonly renews?: (found: ClaimedAttempt) => boolean;
  readonly event: AuditEvent['type'];
  /** The context in which the answer came in, for the audit. */
  readonly at: VerificationContext | ((found: ClaimedAttempt) => VerificationContext);
  readonly area: string | null;
  /** Runs in the transaction that writes the pass. */
  readonly alongside?: (tx: Db, passed: Passed) => Promise<void>;
  /** Runs in the transaction that writes that the owner said no. */
  readonly onDenied?: (tx: Db) => Promise<void>;
  /** The refusal if no factor of the user could take the answer. */
  readonly noCandidate?: () => Problem;
};

/**
 * A login; the step-up of a session; `X-MFA-Token` at a guarded route; a code for a proof; a code to change factors or
 * password; the first code of an enrolment; a proof to the helpdesk of who is calling; a proof for a recovery.
 */
export type VerificationContext =
  | 'login'
  | 'step_up'
  | 'guard'
  | 'proof'
  | 'change'
  | 'enrolment'
  | 'caller_check'
  | 'recovery';
