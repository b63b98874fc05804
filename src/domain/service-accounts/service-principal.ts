/**
 * The program behind a service token: its account in its current state. A program has no level and no second factor.
 */
export type ServicePrincipal = {
  readonly account: { readonly id: string; readonly name: string };
  /** The credential that the program used to get the token. */
  readonly credentialId: string;
  readonly tokenId: string;
  /** The scopes of the token that the account still has. */
  readonly scopes: readonly string[];
  readonly expiresAt: Date;
};

/** The state in the database that decides whether a service token is valid. */
export type LiveService = {
  readonly accountId: string;
  readonly credentialId: string;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly networks: readonly string[];
  readonly status: 'active' | 'disabled';
  readonly enabledFrom: Date | null;
  readonly enabledUntil: Date | null;
  /** The end of the credential. */
  readonly expiresAt: Date;
  readonly revokedAt: Date | null;
  /** A client revoked this token (RFC 7009). */
  readonly tokenRevoked: boolean;
};

/** The content of a new service token. */
export type ServiceGrant = {
  readonly accountId: string;
  readonly credentialId: string;
  readonly scopes: readonly string[];
  /**
   * The earliest end of the account and the credential. A verifier that knows only our public keys accepts the token no
   * longer than that.
   */
  readonly endsAt: Date;
};
