import type { AssuranceLevel } from '../policy/assurance-level.ts';
import type { AreaName, Policy, Waiver } from '../policy/policy.ts';
import type { EnrolmentState } from '../policy/rollout.ts';

/** A session. Its row in the database decides whether a token is valid. */
export type Session = {
  readonly id: string;
  readonly userId: string;
  readonly area: AreaName;
  readonly level: AssuranceLevel;
  /** The method of the factor that the user passed last. Null after a password alone. */
  readonly method: string | null;
  /** That factor. Null after a password alone, and in rows of earlier releases. */
  readonly factorId: string | null;
  readonly amr: readonly string[];
  /** Why the area required a second factor and the service asked for none. Null without a waiver. */
  readonly waived: Waiver | null;
  readonly authTime: Date;
  readonly mfaTime: Date | null;
  /** A recovery or bypass code began the session, so the owner has lost a factor. */
  readonly recovered: boolean;
  /** Rises at a step-up. Access tokens of an older generation are no longer valid. */
  readonly tokenGeneration: number;
  readonly createdAt: Date;
  readonly lastActiveAt: Date;
  readonly expiresAt: Date;
};

/** A session at the time of a request: its row, and the current state of its owner. */
export type LiveSession = Session & {
  readonly endedAt: Date | null;
  readonly user: {
    readonly username: string;
    readonly active: boolean;
    readonly factorsChangedAt: Date | null;
    readonly securityVersion: number;
    /** The owner has given the password up. */
    readonly passwordless: boolean;
  } & EnrolmentState;
};

/** The fields of a session after a password alone. */
export const passwordAlone = {
  level: '1',
  method: null,
  factorId: null,
  amr: ['pwd'],
  waived: null,
  mfaTime: null,
  recovered: false,
} as const;

/** Whether the user gave a password for the session. A session by a passkey alone has none. */
export function hasPassword({ amr }: Pick<Session, 'amr'>): boolean {
  return amr.includes('pwd');
}

/**
 * If the factor of a session is gone, the session keeps only what the password proves. A session without a password
 * then proves nothing, and has ended.
 */
export function withCurrentLevel(session: LiveSession, factorRemains: boolean): LiveSession {
  if (factorRemains) return session;
  if (!hasPassword(session))
    return { ...session, ...passwordAlone, endedAt: session.endedAt ?? session.createdAt };
  return { ...session, ...passwordAlone };
}

type Timed = Pick<LiveSession, 'endedAt' | 'createdAt' | 'expiresAt' | 'lastActiveAt'> & {
  readonly user: { readonly active: boolean };
};

export type SessionPhase = 'live' | 'ended' | 'expired' | 'idle';

/**
 * The database does not store `expired` and `idle`. They follow from the row, the policy and the time (NIST SP 800-63B
 * 5.1.2, 5.2).
 */
export function phaseOf(session: Timed, policy: Policy, now: Date): SessionPhase {
  if (session.endedAt || !session.user.active) return 'ended';
  const age = (now.getTime() - session.createdAt.getTime()) / 1000;
  if (now >= session.expiresAt || age >= policy.absoluteSeconds) return 'expired'; // the policy may have changed
  const idleFor = (now.getTime() - session.lastActiveAt.getTime()) / 1000;
  if (policy.idleSeconds !== null && idleFor >= policy.idleSeconds) return 'idle';
  return 'live';
}

/** What a successful login writes: a new session, or a higher level of an existing one (`elevation`). */
export type SessionGrant = Omit<Session, 'tokenGeneration' | 'createdAt' | 'lastActiveAt'> & {
  readonly refreshToken: string | null;
  /**
   * `step-up` ends the older access tokens. `enrolment` leaves them valid at their lower level. Null for a new session.
   */
  readonly elevation: 'step-up' | 'enrolment' | null;
};
