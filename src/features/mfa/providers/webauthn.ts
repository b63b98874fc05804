import { createHash } from 'node:crypto';
import { z } from 'zod';
import { defineProvider } from '../../../domain/mfa/provider.ts';
import { challengeSeconds } from '../../../domain/throttling/send-limits.ts';
import { algorithms, type Credential, credentialData, type RelyingParty } from './webauthn-credential.ts';
import { isRegistration, type WebauthnResponse, webauthnResponse } from './webauthn-response.ts';

const userHandle = z.string();
const dataSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('pending'),
    userHandle,
    /** The credentials that the user has already. An authenticator with one of them makes no second one. */
    exclude: z.array(credentialData.pick({ id: true, transports: true })).default([]),
  }),
  z.object({ kind: z.literal('registered'), userHandle, credential: credentialData }),
]);
const stateSchema = z.object({ purpose: z.enum(['registration', 'authentication']), challenge: z.string() });

const userVerification = 'required';
const timeout = challengeSeconds * 1000;
/** Loaded at the first ceremony, because loading takes longer than most of the start. */
const library = () => import('@simplewebauthn/server');
const ceremony = () => import('./webauthn-ceremony.ts');

/**
 * Security keys and passkeys (WebAuthn). The browser signs for the page that asks, so a phishing page gets nothing that
 * it could use: level phr. The level is no higher, because a passkey may be copied (NIST SP 800-63B appendix B).
 */
export function webauthn(io: RelyingParty & { readonly serviceName: string }) {
  const { rpId: rpID, serviceName: rpName } = io;
  return defineProvider({
    method: 'webauthn',
    title: 'Security key or passkey',
    amr: ['pop', 'user', 'mfa'],
    level: 'phr',
    guessable: false,
    challengeless: false,

    setup: z.strictObject({}),
    shows: {
      options: z
        .record(z.string(), z.unknown())
        .describe('For PublicKeyCredential.parseCreationOptionsFromJSON'),
    },
    data: dataSchema,
    state: stateSchema,
    answer: z.strictObject({ response: webauthnResponse }),

    async enrol(_setup, { user }, owned = []) {
      const registered = owned.filter((data) => data.kind === 'registered');
      const userHandle = registered[0]?.userHandle ?? handleOf(user.id);
      const exclude = registered.map(({ credential: { id, transports } }) => ({ id, transports }));
      return { data: { kind: 'pending' as const, userHandle, exclude }, hint: null, show: {} };
    },

    async challenge({ data }, { user }) {
      if (data.kind === 'pending') {
        const { generateRegistrationOptions } = await library();
        const options = await generateRegistrationOptions({
          rpID,
          rpName,
          timeout,
          userName: user.username,
          userDisplayName: user.username,
          userID: new Uint8Array(Buffer.from(data.userHandle, 'base64url')),
          attestationType: 'none',
          excludeCredentials: data.exclude,
          supportedAlgorithmIDs: algorithms,
          authenticatorSelection: { userVerification, residentKey: 'preferred' }, // phones back up only these
        });
        return {
          state: { purpose: 'registration' as const, challenge: options.challenge },
          show: { options },
        };
      }
      const { id, transports } = data.credential;
      const allowCredentials = [{ id, transports }];
      const { generateAuthenticationOptions } = await library();
      const options = await generateAuthenticationOptions({
        rpID,
        timeout,
        userVerification,
        allowCredentials,
      });
      return {
        state: { purpose: 'authentication' as const, challenge: options.challenge },
        show: { options },
      };
    },

    async verify({ factor: { data }, state, answer: { response } }) {
      const credential = await read(io, data, state, response).catch(() => null); // the library may throw
      if (!credential) return { outcome: 'failed' };
      const uniqueId = createHash('sha256').update(credential.id).digest('base64url');
      const { userHandle } = data;
      return { outcome: 'passed', data: { kind: 'registered' as const, userHandle, credential }, uniqueId };
    },
  });
}

/**
 * One handle for each user, so that an authenticator keeps one passkey of an account (WebAuthn 5.4.3). A person who
 * finds the key learns no name or address from the handle, because the user id is random.
 */
function handleOf(userId: string): string {
  return createHash('sha256').update(`webauthn user ${userId}`).digest('base64url');
}

/** A challenge serves one purpose only: a new credential cannot log in, and an assertion cannot register. */
async function read(
  io: RelyingParty,
  data: z.infer<typeof dataSchema>,
  state: z.infer<typeof stateSchema> | null,
  response: WebauthnResponse,
): Promise<Credential | null> {
  if (!state) return null;
  const { purpose, challenge } = state;
  const { readAssertion, readRegistration } = await ceremony();
  if (data.kind === 'pending' && purpose === 'registration' && isRegistration(response)) {
    return readRegistration(io, challenge, response);
  }
  if (data.kind === 'registered' && purpose === 'authentication' && !isRegistration(response)) {
    return readAssertion(io, challenge, response, data);
  }
  return null;
}
