import {
  constants,
  createHash,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  verify,
} from 'node:crypto';
import { invalidField } from '../../lib/problem.ts';

/**
 * The algorithms that a client may sign with. HMAC is excluded, because the server could sign with its key as well.
 * RS256 is allowed because many libraries use it by default. Ed25519 and EdDSA name the same algorithm here (RFC 9864,
 * RFC 8037).
 */
export const assertionAlgorithms = ['ES256', 'Ed25519', 'EdDSA', 'PS256', 'RS256'] as const;
export type AssertionAlgorithm = (typeof assertionAlgorithms)[number];

export type PublicKey = {
  readonly jwk: Readonly<Record<string, string>>;
  readonly thumbprint: string;
};

type Jwk = Readonly<Record<string, unknown>>;

/** The members of a public key of each type, in alphabetical order (RFC 7638 3.2, RFC 8037 2). */
const members: Readonly<Record<string, readonly string[]>> = {
  EC: ['crv', 'kty', 'x', 'y'],
  OKP: ['crv', 'kty', 'x'],
  RSA: ['e', 'kty', 'n'],
};
const privateMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];

/**
 * Reads a public key that is to be registered (RFC 7517): EC P-256, Ed25519, or RSA of 2048 to 4096 bits. Other
 * members, such as `x5c`, are ignored (RFC 7517 4). Throws 400, which names the member at fault. A private key is
 * refused before anything else: the client has exposed it by sending it, so it is no longer secure.
 */
export function readPublicKey(jwk: Jwk): PublicKey {
  const secret = privateMembers.find((name) => Object.hasOwn(jwk, name));
  if (secret)
    throw fault(
      secret,
      'This is a private key, and sending it has exposed it. Make a new key pair, and send only the public key',
    );
  const names = typeof jwk.kty === 'string' && Object.hasOwn(members, jwk.kty) ? members[jwk.kty] : undefined;
  if (!names) throw fault('kty', 'Must be EC, OKP or RSA');
  const bad = names.find(
    (name) => !/^[\w-]{1,1024}$/.test(String(jwk[name])) || typeof jwk[name] !== 'string',
  );
  if (bad) throw fault(bad, 'Must be base64url');
  const { alg, ...withoutAlgorithm } = jwk;
  const able: readonly unknown[] = algorithmsOf(withoutAlgorithm);
  if (able.length === 0) throw fault('crv', 'Must be P-256 for EC, Ed25519 for OKP');
  if (jwk.use !== undefined && jwk.use !== 'sig')
    throw fault('use', 'Must be sig: the key is for signatures');
  if (alg !== undefined && !able.includes(alg))
    throw fault('alg', `Must be ${able.join(' or ')} for a key of this type`);
  const key = keyOf(Object.fromEntries(names.map((name) => [name, jwk[name]])));
  assertStrong(key);
  const canonical: Jwk = { ...key.export({ format: 'jwk' }) }; // so that one key has one thumbprint
  const kept = Object.fromEntries(names.map((name) => [name, String(canonical[name])]));
  const thumbprint = createHash('sha256').update(JSON.stringify(kept)).digest('base64url');
  const bound = kept.kty === 'RSA' && alg !== undefined ? { alg: String(alg) } : {}; // other types have one algorithm
  return { jwk: { ...kept, ...bound }, thumbprint };
}

/**
 * The algorithms that a key may sign with. The `alg` of a header must be one of them (RFC 8725 3.1). An RSA key without
 * `alg` in its JWK may sign with either of two.
 */
export function algorithmsOf({ kty, crv, alg }: Jwk): readonly AssertionAlgorithm[] {
  if (kty === 'RSA') return (['PS256', 'RS256'] as const).filter((name) => alg === undefined || alg === name);
  if (kty === 'EC' && crv === 'P-256') return ['ES256'];
  return kty === 'OKP' && crv === 'Ed25519' ? ['Ed25519', 'EdDSA'] : [];
}

/** Whether this key made the signature over the text with this algorithm. */
export function isSigned(jwk: Jwk, algorithm: AssertionAlgorithm, text: string, signature: Buffer): boolean {
  try {
    const key = createPublicKey({ key: { ...jwk }, format: 'jwk' });
    return verifyBy[algorithm](key, Buffer.from(text), signature);
  } catch {
    return false; // the length of the signature is wrong for the algorithm
  }
}

type Verify = (key: KeyObject, text: Buffer, signature: Buffer) => boolean;
const { RSA_PKCS1_PSS_PADDING: padding, RSA_PSS_SALTLEN_DIGEST: saltLength } = constants;

const byEd25519: Verify = (key, text, signature) => verify(null, text, key, signature);

/** RFC 7518 3.3 to 3.5, RFC 8037 3.1, RFC 9864 2.2. */
const verifyBy: Readonly<Record<AssertionAlgorithm, Verify>> = {
  ES256: (key, text, signature) => verify('sha256', text, { key, dsaEncoding: 'ieee-p1363' }, signature),
  Ed25519: byEd25519,
  EdDSA: byEd25519,
  PS256: (key, text, signature) => verify('sha256', text, { key, padding, saltLength }, signature),
  RS256: (key, text, signature) => verify('sha256', text, key, signature),
};

/**
 * A key without an owner. It checks the assertions of clients that have no key, so that they cost as much as others.
 */
export const decoyJwk: Jwk = {
  ...generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' }),
};

function keyOf(jwk: Jwk): KeyObject {
  try {
    return createPublicKey({ key: { ...jwk }, format: 'jwk' });
  } catch (cause) {
    throw invalidField('#/public_jwk', 'Not a valid public key: its numbers do not match each other', cause);
  }
}

function assertStrong({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): void {
  if (asymmetricKeyType !== 'rsa') return;
  const { modulusLength: bits = 0, publicExponent = 0n } = asymmetricKeyDetails ?? {};
  if (bits < 2048 || bits > 4096) throw fault('n', 'Must have 2048 to 4096 bits');
  if (publicExponent !== 65_537n) throw fault('e', 'Must be AQAB');
}

function fault(member: string, detail: string) {
  return invalidField(`#/public_jwk/${member.replaceAll('~', '~0').replaceAll('/', '~1')}`, detail);
}
