import type { Level } from '../../areas/core/level.ts';
import type { AreaName, Policy } from '../../areas/core/policy.ts';

/** A login that lasts: the row that decides whether a token is live. */
export type Session = {
  readonly id: string;
  readonly userId: string;
  readonly area: AreaName;
  readonly level: Level;
  readonly amr: readonly string[];
  readonly authTime: Date;
  readonly mfaTime: Date | null;
  /** Opened with a recovery code: the owner has lost a factor. */
  readonly recovered: boolean;
  /** Rises at a step-up; access tokens of an older generation are dead. */
  readonly generation: number;
  readonly lastActiveAt: Date;
  readonly expiresAt: Date;
};

/** What is known of a session when a request comes: the row, and its owner as they are now. */
export type LiveSession = Session & {
  readonly endedAt: Date | null;
  readonly user: {
    readonly username: string;
    readonly roles: readonly string[];
    readonly active: boolean;
    readonly enrolled: boolean;
    readonly factorsChangedAt: Date | null;
  };
};

type Timed = Pick<LiveSession, 'endedAt' | 'expiresAt' | 'lastActiveAt'> & {
  readonly user: { readonly active: boolean };
};

export type SessionPhase = 'live' | 'ended' | 'expired' | 'idle';

/** Expired and idle are not stored: they follow from the row, the policy and the time (NIST SP 800-63B 5.1.2, 5.2). */
export function phaseOf(session: Timed, policy: Policy, now: Date): SessionPhase {
  if (session.endedAt || !session.user.active) return 'ended';
  if (now >= session.expiresAt) return 'expired';
  const idleFor = (now.getTime() - session.lastActiveAt.getTime()) / 1000;
  if (policy.idleSeconds !== null && idleFor >= policy.idleSeconds) return 'idle';
  return 'live';
}
