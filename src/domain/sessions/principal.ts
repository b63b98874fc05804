import type { AssuranceLevel } from '../policy/assurance-level.ts';
import type { LiveSession } from './session.ts';

/** Who is behind a request: the live session, and what the token that came with it says of the last factor. */
export type SessionPrincipal = {
  readonly session: LiveSession;
  readonly level: AssuranceLevel;
  readonly mfaTime: Date | null;
  readonly scopes: readonly string[];
  readonly issuedAt: Date;
  readonly expiresAt: Date;
  /** RFC 9449 4.2 `ath`: base64url SHA-256 of the access token. What is bound to it works with no other. */
  readonly tokenHash: string;
};

/** Somebody who may do nothing but enrol: past the password, without a factor. */
export type EnrolmentPrincipal = {
  readonly userId: string;
  readonly area: LiveSession['area'];
  /** When the password was given. */
  readonly authTime: Date;
  /** Of the user when the password was looked at: where it has risen since then, this token is dead. */
  readonly securityVersion: number;
};
