/** The program behind a service token: its account as it is now. No person, so no level and no second factor. */
export type ServicePrincipal = {
  readonly account: { readonly id: string; readonly name: string };
  /** The credential that the token was fetched with. */
  readonly credentialId: string;
  readonly tokenId: string;
  /** Those of the token that the account still has. */
  readonly scopes: readonly string[];
  readonly expiresAt: Date;
};

/** What one service token depends on, as it is in the database. */
export type LiveService = {
  readonly accountId: string;
  readonly credentialId: string;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly networks: readonly string[];
  readonly status: 'active' | 'disabled';
  readonly enabledFrom: Date | null;
  readonly enabledUntil: Date | null;
  /** Of the credential. */
  readonly expiresAt: Date;
  readonly revokedAt: Date | null;
  /** This one token was revoked. */
  readonly tokenRevoked: boolean;
};

/** What a service token is made of. */
export type ServiceGrant = {
  readonly accountId: string;
  readonly credentialId: string;
  readonly scopes: readonly string[];
  /** The first end of what it depends on: no verifier who only knows our keys takes it longer. */
  readonly endsAt: Date;
};
