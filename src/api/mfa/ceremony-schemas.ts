import { z } from 'zod';
import type { Providers } from '../../domain/mfa/provider.ts';
import { shown } from '../../platform/http/fields.ts';

/** The schema of `response`, which some methods take instead of a code. */
export function ceremonyResponse(providers: Providers) {
  const shapes = [...providers.values()].flatMap(({ answer }) =>
    answer instanceof z.ZodObject && answer.shape.response instanceof z.ZodType
      ? [answer.shape.response]
      : [],
  );
  const [first = z.never(), ...more] = shapes;
  return (more.length > 0 ? z.union([first, ...more]) : first).optional();
}

/** The schema of `response` where a passkey is the whole login. Null if no method has passkeys. */
export function passkeyResponse(providers: Providers): z.ZodType | null {
  const [first] = [...providers.values()].flatMap(({ passkey }) => passkey?.response ?? []);
  return first ?? null;
}

const bytes = shown.opaque;
const credential = { id: bytes, rawId: bytes, type: 'public-key', clientExtensionResults: {} };

/** Examples of `response`. A browser makes the first two with a security key; they are shortened. */
export const ceremonyExamples = {
  registration: {
    ...credential,
    authenticatorAttachment: 'cross-platform',
    response: { clientDataJSON: bytes, attestationObject: bytes, transports: ['usb', 'nfc'] },
  },
  assertion: {
    ...credential,
    response: { clientDataJSON: bytes, authenticatorData: bytes, signature: bytes },
  },
  passkey: {
    ...credential,
    response: { clientDataJSON: bytes, authenticatorData: bytes, signature: bytes, userHandle: bytes },
  },
  duo: { state: bytes, duo_code: bytes },
};

export const optionsExamples = {
  registration: {
    challenge: bytes,
    rp: { name: 'login.example.gov', id: 'example.gov' },
    user: { id: bytes, name: 'ann', displayName: 'ann' },
    pubKeyCredParams: [
      { alg: -7, type: 'public-key' },
      { alg: -257, type: 'public-key' },
    ],
    timeout: 300_000,
    attestation: 'none',
    excludeCredentials: [],
    authenticatorSelection: { userVerification: 'required', residentKey: 'preferred' },
  },
  authentication: {
    rpId: 'example.gov',
    challenge: bytes,
    allowCredentials: [{ id: bytes, transports: ['usb', 'nfc'], type: 'public-key' }],
    timeout: 300_000,
    userVerification: 'required',
  },
};
