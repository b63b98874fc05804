import { randomUUID } from 'node:crypto';
import type { GivenDevice } from '../../domain/devices/device-trust.ts';
import type { MFAProvider } from '../../domain/mfa/provider.ts';
import type { AssuranceLevel } from '../../domain/policy/assurance-level.ts';
import type { AreaName, Policies, Waiver } from '../../domain/policy/policy.ts';
import {
  hasPassword,
  passwordAlone,
  type Session,
  type SessionGrant,
} from '../../domain/sessions/session.ts';
import { newSecretToken } from '../../lib/crypto/secret-token.ts';

/**
 * The result of a login: the session, its owner's roles, and the generation of the session's tokens, which rises at
 * each step-up.
 */
export type GrantedSession = {
  readonly grant: SessionGrant;
  readonly roles: readonly string[];
  readonly tokenGeneration: number;
  /** The session is in the grace period. The user must enrol a second factor by this time. */
  readonly graceUntil?: Date | null;
  readonly encouraged?: boolean;
  /** The token of a device that became trusted now or is still trusted. */
  readonly device?: GivenDevice | null;
  /**
   * Only if the user spent a recovery code: `left` is the number of codes left, `renewed` the code that replaces the
   * spent one, if any.
   */
  readonly left?: number | undefined;
  readonly renewed?: string | undefined;
};

/** The factor that passed the second step. */
export type PassedFactor = { readonly provider: MFAProvider; readonly factorId: string };

/** A session by password alone. */
export function grantByPassword(policies: Policies, userId: string, area: AreaName, now: Date): SessionGrant {
  return newGrant(policies, { userId, area, evidence: passwordAlone, authTime: now, now });
}

/** A session by password, where a waiver spares the user the second factor that the policy asks for. */
export function grantWithWaiver(
  policies: Policies,
  user: { readonly userId: string; readonly area: AreaName; readonly authTime: Date },
  waived: Waiver,
  now: Date,
): SessionGrant {
  return newGrant(policies, {
    userId: user.userId,
    area: user.area,
    evidence: { ...passwordAlone, waived },
    authTime: user.authTime,
    now,
  });
}

/** A session by password and the factor that the user just passed. */
export function grantBySecondFactor(
  policies: Policies,
  {
    userId,
    area,
    by,
    authTime,
    now,
  }: {
    readonly userId: string;
    readonly area: AreaName;
    readonly by: PassedFactor;
    readonly authTime: Date;
    readonly now: Date;
  },
): SessionGrant {
  return newGrant(policies, { userId, area, evidence: authenticationContextOf(by, now), authTime, now });
}

/** A session by a passkey alone. The user gave no password, so the session does not claim one. */
export function grantByPasskey(
  policies: Policies,
  {
    userId,
    area,
    by,
    now,
  }: {
    readonly userId: string;
    readonly area: AreaName;
    readonly by: PassedFactor;
    readonly now: Date;
  },
): SessionGrant {
  const evidence = authenticationContextOf(by, now, false);
  return newGrant(policies, { userId, area, evidence, authTime: now, now });
}

/** The same session at the level of the factor that the user just passed. Its expiry does not move. */
export function elevateSession(
  policies: Policies,
  {
    session,
    by,
    elevation,
    now,
  }: {
    readonly session: {
      readonly id: string;
      readonly userId: string;
      readonly area: AreaName;
      readonly amr: readonly string[];
      readonly authTime: Date;
      readonly expiresAt: Date;
    };
    readonly by: PassedFactor;
    readonly elevation: 'step-up' | 'enrolment';
    readonly now: Date;
  },
): SessionGrant {
  const { id, userId, area, authTime, expiresAt } = session;
  const refreshToken = policies[area].refresh ? newSecretToken() : null;
  return {
    id,
    userId,
    area,
    authTime,
    expiresAt,
    refreshToken,
    elevation,
    ...authenticationContextOf(by, now, hasPassword(session)),
  };
}

/** The same session at the same level, with new tokens. */
export function reissueSession(policies: Policies, session: Session): SessionGrant {
  const { id, userId, area, authTime, expiresAt, level, method, factorId, amr, waived, mfaTime, recovered } =
    session;
  const refreshToken = policies[area].refresh ? newSecretToken() : null;
  const evidence = { level, method, factorId, amr, waived, mfaTime, recovered };
  return { id, userId, area, authTime, expiresAt, refreshToken, elevation: 'enrolment', ...evidence };
}

type AuthenticationContext = Pick<
  SessionGrant,
  'level' | 'method' | 'factorId' | 'amr' | 'waived' | 'mfaTime' | 'recovered'
>;

function authenticationContextOf(
  { provider, factorId }: PassedFactor,
  now: Date,
  withPassword = true,
): AuthenticationContext & { readonly level: AssuranceLevel } {
  const { level, method, backup } = provider;
  return {
    level,
    method,
    factorId,
    amr: [...(withPassword ? ['pwd'] : []), ...provider.amr],
    waived: null,
    mfaTime: now,
    recovered: backup !== undefined,
  };
}

function newGrant(
  policies: Policies,
  {
    userId,
    area,
    evidence,
    authTime,
    now,
  }: {
    readonly userId: string;
    readonly area: AreaName;
    readonly evidence: AuthenticationContext;
    readonly authTime: Date;
    readonly now: Date;
  },
): SessionGrant {
  const { absoluteSeconds, refresh } = policies[area];
  const expiresAt = new Date(now.getTime() + absoluteSeconds * 1000);
  const refreshToken = refresh ? newSecretToken() : null;
  return { id: randomUUID(), userId, area, authTime, expiresAt, refreshToken, elevation: null, ...evidence };
}
