/** How a client says who it is (RFC 6749 2.3.1, RFC 7523 2.2). */
export const authMethods = ['client_secret_basic', 'client_secret_post', 'private_key_jwt'] as const;

export type PresentedClient =
  | { readonly clientId: string; readonly secret: string }
  | { readonly clientId: string | undefined; readonly assertion: string };

/** A service account that has proved who it is. */
export type AuthenticatedClient = {
  readonly accountId: string;
  readonly credentialId: string;
  readonly scopes: readonly string[];
  readonly endsAt: Date;
};

export const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** Wrong ones of a client from a network. Nobody guesses 256 bits: it is against noise, and against asking for nothing. */
export const clientThrottleRules = { failures: 10, windowSeconds: 15 * 60 } as const;
