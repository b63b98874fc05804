import { randomUUID } from 'node:crypto';
import type { GivenDevice } from '../../domain/devices/device-trust.ts';
import type { MFAProvider } from '../../domain/mfa/provider.ts';
import type { Level } from '../../domain/policy/assurance-level.ts';
import type { AreaName, Policies, Waiver } from '../../domain/policy/policy.ts';
import { type Opening, passwordAlone, type Session } from '../../domain/sessions/session.ts';
import { newSecretToken } from '../../lib/crypto/secret-token.ts';

/** What a login lives for: an opened session, the roles of its owner, and how often it was stepped up. */
export type Opened = {
  readonly opening: Opening;
  readonly roles: readonly string[];
  readonly generation: number;
  /** In grace: a second factor must be enrolled by then. */
  readonly graceUntil?: Date | null;
  readonly encouraged?: boolean;
  /** The token of a device that is trusted from now on, or still. */
  readonly device?: GivenDevice | null;
  /** Where a recovery code was spent: how many are left, and the new one in its place, if there is one. */
  readonly left?: number | undefined;
  readonly renewed?: string | undefined;
};

/** By what a second step was passed. */
export type By = { readonly provider: MFAProvider; readonly factorId: string };

/** A session by password alone. */
export function passwordOpening(policies: Policies, userId: string, area: AreaName, now: Date): Opening {
  return newOpening(policies, userId, area, passwordAlone, now, now);
}

/** A session by password where a second factor would have been asked for. */
export function waivedOpening(
  policies: Policies,
  user: { readonly userId: string; readonly area: AreaName; readonly authTime: Date },
  waived: Waiver,
  now: Date,
): Opening {
  return newOpening(policies, user.userId, user.area, { ...passwordAlone, waived }, user.authTime, now);
}

/** A session by password and a factor that was just passed. */
export function factorOpening(
  policies: Policies,
  userId: string,
  area: AreaName,
  by: By,
  authTime: Date,
  now: Date,
): Opening {
  return newOpening(policies, userId, area, evidenceOf(by, now), authTime, now);
}

/** The same session, at the level of the factor that was just passed. Its end stays where it was. */
export function raisedOpening(
  policies: Policies,
  session: {
    readonly id: string;
    readonly userId: string;
    readonly area: AreaName;
    readonly authTime: Date;
    readonly expiresAt: Date;
  },
  by: By,
  raises: 'step-up' | 'enrolment',
  now: Date,
): Opening {
  const { id, userId, area, authTime, expiresAt } = session;
  const refreshToken = policies[area].refresh ? newSecretToken() : null;
  return { id, userId, area, authTime, expiresAt, refreshToken, raises, ...evidenceOf(by, now) };
}

/** The same session as it is, with fresh tokens. */
export function keptOpening(policies: Policies, session: Session): Opening {
  const { id, userId, area, authTime, expiresAt, level, method, factorId, amr, waived, mfaTime, recovered } =
    session;
  const refreshToken = policies[area].refresh ? newSecretToken() : null;
  const evidence = { level, method, factorId, amr, waived, mfaTime, recovered };
  return { id, userId, area, authTime, expiresAt, refreshToken, raises: 'enrolment', ...evidence };
}

type Evidence = Pick<Opening, 'level' | 'method' | 'factorId' | 'amr' | 'waived' | 'mfaTime' | 'recovered'>;

function evidenceOf({ provider, factorId }: By, now: Date): Evidence & { readonly level: Level } {
  const { level, method, backup } = provider;
  return {
    level,
    method,
    factorId,
    amr: ['pwd', ...provider.amr],
    waived: null,
    mfaTime: now,
    recovered: backup,
  };
}

function newOpening(
  policies: Policies,
  userId: string,
  area: AreaName,
  evidence: Evidence,
  authTime: Date,
  now: Date,
): Opening {
  const { absoluteSeconds, refresh } = policies[area];
  const expiresAt = new Date(now.getTime() + absoluteSeconds * 1000);
  const refreshToken = refresh ? newSecretToken() : null;
  return { id: randomUUID(), userId, area, authTime, expiresAt, refreshToken, raises: null, ...evidence };
}
