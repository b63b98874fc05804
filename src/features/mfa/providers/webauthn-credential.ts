import { z } from 'zod';

/** `origins`: the pages that may ask for a credential. `rpId`: the domain that the credential belongs to. */
export type RelyingParty = { readonly rpId: string; readonly origins: readonly string[] };

/**
 * A credential as the database stores it. The provider of a passkey can copy a `multiDevice` credential to other
 * devices.
 */
export const credentialData = z.object({
  id: z.string(),
  publicKey: z.string(),
  counter: z.int(),
  transports: z.array(z.string()),
  deviceType: z.enum(['singleDevice', 'multiDevice']),
  backedUp: z.boolean(),
});
export type Credential = z.infer<typeof credentialData>;

/**
 * ES256 and RS256: every authenticator supports at least one. The library's own list grows with the version of Node.
 */
export const algorithms = [-7, -257];
