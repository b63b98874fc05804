import { generateKeyPairSync } from 'node:crypto';
import { verifyAuthenticationResponse, verifyRegistrationResponse } from '@simplewebauthn/server';
import {
  decodeAttestationObject,
  decodeClientDataJSON,
  isoBase64URL,
  isoCBOR,
} from '@simplewebauthn/server/helpers';
import { algorithms, type Credential, type RelyingParty } from './webauthn-credential.ts';
import type { AssertionResponse, RegistrationResponse } from './webauthn-response.ts';

/**
 * Returns the new credential (WebAuthn 7.1), or null if anything is wrong with it. The library throws at most faults
 * and returns others. The client does not learn the fault.
 */
export async function readRegistration(
  party: RelyingParty,
  challenge: string,
  response: RegistrationResponse,
): Promise<Registered | null> {
  if (isFramed(response) || !isPlain(response)) return null;
  const expected = { ...expectedOf(party, challenge), supportedAlgorithmIDs: algorithms };
  const { verified, registrationInfo: info } = await verifyRegistrationResponse({ response, ...expected });
  if (!verified || info.credential.id !== response.id) return null;
  const credential = {
    id: info.credential.id,
    publicKey: isoBase64URL.fromBuffer(info.credential.publicKey),
    counter: info.credential.counter,
    transports: response.response.transports ?? [],
    deviceType: info.credentialDeviceType,
    backedUp: info.credentialBackedUp,
  };
  return { credential, aaguid: info.aaguid === noModel ? null : info.aaguid };
}

type Registered = { readonly credential: Credential; readonly aaguid: string | null };

/** What an authenticator says that names no model (WebAuthn 6.5.1). */
const noModel = '00000000-0000-0000-0000-000000000000';

let decoyKey: string | undefined;

/** A public key whose private key was thrown away. It costs a verification as much as a real one. */
export function decoyPublicKey(): string {
  decoyKey ??= newDecoyKey();
  return decoyKey;
}

function newDecoyKey(): string {
  const { x = '', y = '' } = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({
    format: 'jwk',
  });
  const cose = new Map<number, number | Uint8Array>([
    [1, 2], // the kind: elliptic curve (RFC 9053 7.1)
    [3, -7], // ES256
    [-1, 1], // P-256
    [-2, isoBase64URL.toBuffer(x)],
    [-3, isoBase64URL.toBuffer(y)],
  ]);
  return isoBase64URL.fromBuffer(isoCBOR.encode(cose));
}

/** Returns the credential as it is after this assertion (WebAuthn 7.2), or null. Throws as `readRegistration` does. */
export async function readAssertion(
  party: RelyingParty,
  challenge: string,
  response: AssertionResponse,
  { credential, userHandle }: { readonly credential: Credential; readonly userHandle: string },
): Promise<Credential | null> {
  const isOurs = response.id === credential.id; // the library does not check that the id belongs to the key
  const isOwners = (response.response.userHandle ?? userHandle) === userHandle;
  if (!isOurs || !isOwners || isFramed(response)) return null;
  const { id, counter } = credential;
  const key = { id, counter, publicKey: isoBase64URL.toBuffer(credential.publicKey) };
  const expected = expectedOf(party, challenge);
  const { verified, authenticationInfo: info } = await verifyAuthenticationResponse({
    response,
    ...expected,
    credential: key,
  });
  // Whether a credential can be backed up is decided when it is made (WebAuthn 6.1.3).
  if (!verified || info.credentialDeviceType !== credential.deviceType) return null;
  return { ...credential, counter: info.newCounter, backedUp: info.credentialBackedUp };
}

/**
 * User verification is required. A signature without PIN, finger or face would be one factor, not two (NIST SP 800-63B
 * 3.1.7.2).
 */
function expectedOf({ rpId, origins, relatedOrigins = [] }: RelyingParty, expectedChallenge: string) {
  const requireUserVerification = true;
  return {
    expectedChallenge,
    expectedRPID: rpId,
    expectedOrigin: [...origins, ...relatedOrigins],
    requireUserVerification,
  };
}

/**
 * Whether a page inside another page asked for the signature. The user may not know which site that page belongs to.
 * The library lets some of these pass.
 */
function isFramed({ response }: RegistrationResponse | AssertionResponse): boolean {
  const { crossOrigin, topOrigin } = decodeClientDataJSON(response.clientDataJSON);
  return Boolean(crossOrigin) || topOrigin !== undefined;
}

/**
 * Browsers send no other formats if no attestation was asked for. To check some of the others, the library would call
 * servers on the internet.
 */
function isPlain({ response }: RegistrationResponse): boolean {
  const format = decodeAttestationObject(isoBase64URL.toBuffer(response.attestationObject)).get('fmt');
  return format === 'none' || format === 'packed';
}
