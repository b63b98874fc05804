import type { AssuranceLevel } from '../policy/assurance-level.ts';
import type { LiveSession } from './session.ts';

/** The user behind a request: the live session, and what the token of the request says about the last factor. */
export type SessionPrincipal = {
  readonly session: LiveSession;
  readonly level: AssuranceLevel;
  readonly mfaTime: Date | null;
  readonly scopes: readonly string[];
  readonly issuedAt: Date;
  readonly expiresAt: Date;
  /**
   * The `ath` of RFC 9449 4.2: the SHA-256 of the access token in base64url. A value that is bound to it works with no
   * other token.
   */
  readonly tokenHash: string;
};

/**
 * A user who may only enrol. The password was right, but the user has no factor. Or the user has proven a recovery, and its
 * wait is over.
 */
export type EnrolmentPrincipal = {
  readonly userId: string;
  readonly area: LiveSession['area'];
  /** When the user gave the password. */
  readonly authTime: Date;
  /** The user's version when the service checked the password. If it rose since then, this token is no longer valid. */
  readonly securityVersion: number;
  /** The recovery in which the user replaces lost factors. Without it, the user has no factor yet. */
  readonly recoveryId?: string;
};
