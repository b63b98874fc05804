import type { AssuranceLevel } from '../policy/assurance-level.ts';
import type { AreaName, Policy, Waiver } from '../policy/policy.ts';
import type { EnrolmentState } from '../policy/rollout.ts';

/** A login that lasts: the row that decides whether a token is live. */
export type Session = {
  readonly id: string;
  readonly userId: string;
  readonly area: AreaName;
  readonly level: AssuranceLevel;
  /** The method of the factor that was passed last; null by password alone. */
  readonly method: string | null;
  /** That factor; null by password alone, and in rows from before it was written down. */
  readonly factorId: string | null;
  readonly amr: readonly string[];
  /** Why no second factor was asked for, where the area asks for one. */
  readonly waived: Waiver | null;
  readonly authTime: Date;
  readonly mfaTime: Date | null;
  /** Opened with a recovery code: the owner has lost a factor. */
  readonly recovered: boolean;
  /** Rises at a step-up; access tokens of an older generation are dead. */
  readonly generation: number;
  readonly createdAt: Date;
  readonly lastActiveAt: Date;
  readonly expiresAt: Date;
};

/** What is known of a session when a request comes: the row, and its owner as they are now. */
export type LiveSession = Session & {
  readonly endedAt: Date | null;
  readonly user: {
    readonly username: string;
    readonly active: boolean;
    readonly factorsChangedAt: Date | null;
    readonly securityVersion: number;
  } & EnrolmentState;
};

/** What a session by password alone says of itself. */
export const passwordAlone = {
  level: '1',
  method: null,
  factorId: null,
  amr: ['pwd'],
  waived: null,
  mfaTime: null,
  recovered: false,
} as const;

/** A session whose factor is gone falls to what is left of it: the password. */
export function asItStands(session: LiveSession, standsFirm: boolean): LiveSession {
  return standsFirm ? session : { ...session, ...passwordAlone };
}

type Timed = Pick<LiveSession, 'endedAt' | 'createdAt' | 'expiresAt' | 'lastActiveAt'> & {
  readonly user: { readonly active: boolean };
};

export type SessionPhase = 'live' | 'ended' | 'expired' | 'idle';

/** Expired and idle are not stored: they follow from the row, the policy and the time (NIST SP 800-63B 5.1.2, 5.2). */
export function phaseOf(session: Timed, policy: Policy, now: Date): SessionPhase {
  if (session.endedAt || !session.user.active) return 'ended';
  const age = (now.getTime() - session.createdAt.getTime()) / 1000;
  if (now >= session.expiresAt || age >= policy.absoluteSeconds) return 'expired'; // the policy may have changed
  const idleFor = (now.getTime() - session.lastActiveAt.getTime()) / 1000;
  if (policy.idleSeconds !== null && idleFor >= policy.idleSeconds) return 'idle';
  return 'live';
}

/** What a passed login writes: a new session, or (`raises`) a higher level of one that there is. */
export type SessionGrant = {
  readonly id: string;
  readonly userId: string;
  readonly area: AreaName;
  readonly level: AssuranceLevel;
  readonly method: string | null;
  /** The factor that it rests on; null by password alone. */
  readonly factorId: string | null;
  readonly amr: readonly string[];
  readonly waived: Waiver | null;
  readonly authTime: Date;
  readonly mfaTime: Date | null;
  readonly recovered: boolean;
  readonly expiresAt: Date;
  readonly refreshToken: string | null;
  /** `step-up` ends the access tokens from before; a confirmed enrolment leaves them at their low level. */
  readonly elevation: 'step-up' | 'enrolment' | null;
};
