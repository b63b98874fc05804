import { z } from 'zod';

/**
 * The JSON that browsers make (WebAuthn 5.1, toJSON), and no other members. A length counts the characters of
 * base64url.
 */
const bytes = (most: number) =>
  z
    .string()
    .max(most)
    .regex(/^[A-Za-z0-9_-]+$/, 'base64url');
const credentialId = bytes(1364); // of 1023 bytes at most (WebAuthn 5.8.3)
const clientDataJSON = bytes(4096);
const authenticatorData = bytes(8192);

const credential = {
  id: credentialId,
  rawId: credentialId,
  type: z.literal('public-key'),
  authenticatorAttachment: z.enum(['platform', 'cross-platform']).exactOptional(),
  clientExtensionResults: z.record(z.string(), z.unknown()),
};

const registration = z
  .strictObject({
    ...credential,
    response: z.strictObject({
      clientDataJSON,
      attestationObject: bytes(12_288),
      // The browser copies these from the attestation object. Only the transports are not in that object.
      authenticatorData: authenticatorData.exactOptional(),
      transports: z.array(z.string().max(32)).max(16).exactOptional(),
      publicKeyAlgorithm: z.int().exactOptional(),
      publicKey: bytes(2048).exactOptional(),
    }),
  })
  .meta({ title: 'WebauthnRegistration' });

/** An assertion by a credential that exists already. */
export const webauthnAssertion = z
  .strictObject({
    ...credential,
    response: z.strictObject({
      clientDataJSON,
      authenticatorData,
      signature: bytes(1024),
      userHandle: bytes(86).exactOptional(),
    }),
  })
  .meta({ title: 'WebauthnAssertion' });

export type RegistrationResponse = z.infer<typeof registration>;
export type AssertionResponse = z.infer<typeof webauthnAssertion>;

/** The result of navigator.credentials: a new credential, or an assertion by one. */
export const webauthnResponse = z
  .union([registration, webauthnAssertion])
  .describe('Of navigator.credentials.create() or .get(), by toJSON()');

export type WebauthnResponse = z.infer<typeof webauthnResponse>;

export function isRegistration(response: WebauthnResponse): response is RegistrationResponse {
  return 'attestationObject' in response.response;
}
