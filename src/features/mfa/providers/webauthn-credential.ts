import { z } from 'zod';

/**
 * `origins`: the pages that may ask for a credential. `rpId`: the domain that the credential belongs to.
 * `relatedOrigins`: pages of other domains that may ask too (WebAuthn 5.11). `models`: which authenticators are known.
 */
export type RelyingParty = {
  readonly rpId: string;
  readonly origins: readonly string[];
  readonly relatedOrigins?: readonly string[];
  readonly models?: AuthenticatorModels;
};

/** By AAGUID: the name of a model, and whether it may be enrolled. `*` stands for all other models. */
export type AuthenticatorModels = Readonly<
  Record<string, { readonly name: string; readonly allowed: boolean }>
>;

/** Whether a model may be enrolled. One that says nothing of itself counts as none of those with a name. */
export function isModelAllowed(models: AuthenticatorModels, aaguid: string | null): boolean {
  const known = aaguid === null ? undefined : models[aaguid];
  return (known ?? models['*'])?.allowed ?? true;
}

/** Whether the authenticator must say its model, because not all of them are allowed. */
export function demandsModel(models: AuthenticatorModels): boolean {
  return Object.values(models).some(({ allowed }) => !allowed);
}

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
