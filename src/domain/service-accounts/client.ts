/** How a client authenticates (RFC 6749 2.3.1, RFC 7523 2.2). */
export const authMethods = ['client_secret_basic', 'client_secret_post', 'private_key_jwt'] as const;

export type PresentedClient =
  | { readonly clientId: string; readonly secret: string }
  | { readonly clientId: string | undefined; readonly assertion: string };

/** A service account that has authenticated. */
export type AuthenticatedClient = {
  readonly accountId: string;
  readonly credentialId: string;
  readonly scopes: readonly string[];
  readonly endsAt: Date;
};

export const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/**
 * The limit of failed authentications, per client and network. An attacker cannot guess 256 bits. The limit is against
 * noise, and against repeated requests that lead nowhere.
 */
export const clientThrottleRules = { failures: 10, windowSeconds: 15 * 60 } as const;
