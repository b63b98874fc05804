import { createHash } from 'node:crypto';
import { z } from 'zod';
import { type AuthenticatorFacts, defineProvider } from '../../../domain/mfa/provider.ts';
import { challengeSeconds } from '../../../domain/throttling/send-limits.ts';
import {
  algorithms,
  type Credential,
  credentialData,
  demandsModel,
  isModelAllowed,
  type RelyingParty,
} from './webauthn-credential.ts';
import {
  type AssertionResponse,
  isRegistration,
  type RegistrationResponse,
  type WebauthnResponse,
  webauthnAssertion,
  webauthnResponse,
} from './webauthn-response.ts';

const userHandle = z.string();
const dataSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('pending'),
    userHandle,
    /** The credentials that the user has already. An authenticator with one of them makes no second one. */
    exclude: z.array(credentialData.pick({ id: true, transports: true })).default([]),
    /** The user wants to log in with it alone, so the authenticator must keep it itself. */
    passkey: z.boolean().default(false),
  }),
  z.object({ kind: z.literal('registered'), userHandle, credential: credentialData }),
]);
type Data = z.infer<typeof dataSchema>;
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
export function webauthn(
  io: RelyingParty & { readonly serviceName: string; readonly mac: (text: string) => string },
) {
  const { rpId: rpID, serviceName: rpName, models = {} } = io;
  return defineProvider({
    method: 'webauthn',
    title: 'Security key or passkey',
    amr: ['pop', 'user', 'mfa'],
    level: 'phr',
    guessable: false,
    challengeless: false,

    setup: z.strictObject({
      passkey: z
        .boolean()
        .exactOptional()
        .describe(
          'Whether the authenticator must keep it itself, so that a login needs no name and no password',
        ),
    }),
    shows: {
      options: z
        .record(z.string(), z.unknown())
        .describe('For PublicKeyCredential.parseCreationOptionsFromJSON'),
    },
    data: dataSchema,
    state: stateSchema,
    answer: z.strictObject({ response: webauthnResponse }),

    async enrol({ passkey = false }, { user }, owned = []) {
      const registered = owned.filter((data) => data.kind === 'registered');
      const userHandle = registered[0]?.userHandle ?? handleOf(io.mac, user.id);
      const exclude = registered.map(({ credential: { id, transports } }) => ({ id, transports }));
      return { data: { kind: 'pending' as const, userHandle, exclude, passkey }, hint: null, show: {} };
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
          attestationType: demandsModel(models) ? 'direct' : 'none', // `none` may hide the model
          excludeCredentials: data.exclude,
          supportedAlgorithmIDs: algorithms,
          // Phones back up only what they keep themselves.
          authenticatorSelection: { userVerification, residentKey: data.passkey ? 'required' : 'preferred' },
        });
        return {
          state: { purpose: 'registration' as const, challenge: options.challenge },
          show: { options },
        };
      }
      const { id, transports } = data.credential;
      const options = await requestOptions([{ id, transports }]);
      return {
        state: { purpose: 'authentication' as const, challenge: options.challenge },
        show: { options },
      };
    },

    async verify({ factor: { data }, state, answer: { response } }) {
      const seen = await read(io, data, state, response).catch(() => null); // the library may throw
      if (!seen) return { outcome: 'failed' };
      const { credential, authenticator } = seen;
      if (authenticator && !isModelAllowed(models, authenticator.aaguid))
        return { outcome: 'denied', model: true };
      const { userHandle } = data;
      const uniqueId = uniqueIdOf(credential.id);
      const registered = { kind: 'registered' as const, userHandle, credential };
      return { outcome: 'passed', data: registered, uniqueId, ...(authenticator && { authenticator }) };
    },

    passkey: {
      response: webauthnAssertion,

      async prompt() {
        const options = await requestOptions([]); // no list: the authenticator finds what it has for this domain
        return { challenge: options.challenge, show: { options } };
      },

      claimOf({ response }) {
        if (isRegistration(response) || response.response.userHandle === undefined) return null;
        const challenge = challengeOf(response);
        return challenge === null ? null : { uniqueId: uniqueIdOf(response.id), challenge };
      },

      stateOf: (challenge) => ({ purpose: 'authentication' as const, challenge }),

      isOwners: (data, { response }) =>
        data.kind === 'registered' &&
        !isRegistration(response) &&
        response.response.userHandle === data.userHandle,

      accountOf(owned) {
        const registered = owned.filter((data) => data.kind === 'registered');
        const credentialIds = registered.map(({ credential: { id } }) => id);
        return { rpId: rpID, userHandle: registered[0]?.userHandle ?? null, credentialIds };
      },

      modelName: (aaguid) => models[aaguid]?.name ?? null,

      async decoyFor({ response }) {
        const { decoyPublicKey } = await ceremony();
        const userHandle = isRegistration(response) ? '' : (response.response.userHandle ?? '');
        return {
          kind: 'registered' as const,
          userHandle,
          credential: {
            id: response.id,
            publicKey: decoyPublicKey(),
            counter: 0,
            transports: [],
            deviceType: 'multiDevice' as const,
            backedUp: true,
          },
        };
      },
    },
  });

  async function requestOptions(allowCredentials: readonly Pick<Credential, 'id' | 'transports'>[]) {
    const { generateAuthenticationOptions } = await library();
    return generateAuthenticationOptions({
      rpID,
      timeout,
      userVerification,
      allowCredentials: [...allowCredentials],
    });
  }
}

/**
 * One handle for each user, so that an authenticator keeps one passkey of an account (WebAuthn 5.4.3). A person
 * who finds the authenticator can read the handle. Without the key of the vault, nobody can compute it from the id of the user.
 */
function handleOf(mac: (text: string) => string, userId: string): string {
  return createHash('sha256')
    .update(mac(`webauthn user ${userId}`))
    .digest('base64url');
}

function uniqueIdOf(credentialId: string): string {
  return createHash('sha256').update(credentialId).digest('base64url');
}

/** Null if the client data are not JSON with a challenge. */
function challengeOf({ response }: AssertionResponse): string | null {
  try {
    const data: unknown = JSON.parse(Buffer.from(response.clientDataJSON, 'base64url').toString('utf8'));
    return z.object({ challenge: z.string() }).parse(data).challenge;
  } catch {
    return null;
  }
}

type Seen = { readonly credential: Credential; readonly authenticator?: AuthenticatorFacts };

/** A challenge serves one purpose only: a new credential cannot log in, and an assertion cannot register. */
async function read(
  io: RelyingParty,
  data: Data,
  state: z.infer<typeof stateSchema> | null,
  response: WebauthnResponse,
): Promise<Seen | null> {
  if (!state) return null;
  const { purpose, challenge } = state;
  const { readAssertion, readRegistration } = await ceremony();
  if (data.kind === 'pending' && purpose === 'registration' && isRegistration(response)) {
    const made = await readRegistration(io, challenge, response);
    return made && { credential: made.credential, authenticator: factsOf(made, data.passkey, response) };
  }
  if (data.kind === 'registered' && purpose === 'authentication' && !isRegistration(response)) {
    const credential = await readAssertion(io, challenge, response, data);
    return credential && { credential };
  }
  return null;
}

/**
 * Whether the new credential is a passkey, by the extension `credProps` (WebAuthn 10.1.3). Some browsers do not answer
 * it. Then the credential is one if it was required to be. The browser signs none of this: it says what to show, and
 * opens nothing.
 */
function factsOf(
  { aaguid }: { readonly aaguid: string | null },
  required: boolean,
  { clientExtensionResults }: RegistrationResponse,
): AuthenticatorFacts {
  const told = z.object({ credProps: z.object({ rk: z.boolean() }) }).safeParse(clientExtensionResults);
  return { isPasskey: told.data?.credProps.rk ?? required, aaguid };
}
