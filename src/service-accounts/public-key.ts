import {
  constants,
  createHash,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  verify,
} from 'node:crypto';
import { invalidField } from '../problem.ts';

/** What a client may sign with. No HMAC, for then the server could sign as well; no RSASSA-PKCS1-v1_5 (RFC 8725 3.2). */
export const assertionAlgorithms = ['ES256', 'EdDSA', 'PS256'] as const;
export type AssertionAlgorithm = (typeof assertionAlgorithms)[number];

export type PublicKey = {
  readonly jwk: Readonly<Record<string, string>>;
  readonly thumbprint: string;
};

type Jwk = Readonly<Record<string, unknown>>;

/** The members of a public key of each type, in the order of the alphabet: RFC 7638 3.2, RFC 8037 2. */
const members: Readonly<Record<string, readonly string[]>> = {
  EC: ['crv', 'kty', 'x', 'y'],
  OKP: ['crv', 'kty', 'x'],
  RSA: ['e', 'kty', 'n'],
};
const described = ['kid', 'use', 'alg', 'key_ops'];
const privateMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];

/**
 * A public key as it is registered (RFC 7517): EC P-256, Ed25519 or RSA of 2048 to 4096 bits. Throws 400 naming what is
 * wrong with it; a private key above all, which has then been seen by others and is good for nothing any more.
 */
export function readPublicKey(jwk: Jwk): PublicKey {
  const secret = privateMembers.find((name) => name in jwk);
  if (secret)
    throw fault(secret, 'This is a private key, and no longer one: make another, and send its public part');
  const names = members[String(jwk.kty)];
  if (typeof jwk.kty !== 'string' || !names) throw fault('kty', 'EC, OKP or RSA');
  const unknown = Object.keys(jwk).find((name) => !names.includes(name) && !described.includes(name));
  if (unknown !== undefined) throw fault(unknown, 'Not a member of a public key');
  const bad = names.find(
    (name) => !/^[\w-]{1,1024}$/.test(String(jwk[name])) || typeof jwk[name] !== 'string',
  );
  if (bad) throw fault(bad, 'Base64url');
  const algorithm = algorithmOf(jwk);
  if (!algorithm) throw fault('crv', 'P-256 for EC, Ed25519 for OKP');
  if (jwk.use !== undefined && jwk.use !== 'sig') throw fault('use', 'A key that signs: sig');
  if (jwk.alg !== undefined && jwk.alg !== algorithm)
    throw fault('alg', `A key of this type signs with ${algorithm}`);
  const key = keyOf(jwk);
  assertStrong(key);
  const canonical: Jwk = { ...key.export({ format: 'jwk' }) }; // one key, one thumbprint, however its numbers were written
  const kept = Object.fromEntries(names.map((name) => [name, String(canonical[name])]));
  const thumbprint = createHash('sha256').update(JSON.stringify(kept)).digest('base64url');
  return { jwk: kept, thumbprint };
}

/** One key, one algorithm: what a header says is held against it (RFC 8725 3.1). */
export function algorithmOf({ kty, crv }: Jwk): AssertionAlgorithm | undefined {
  if (kty === 'RSA') return 'PS256';
  if (kty === 'EC' && crv === 'P-256') return 'ES256';
  return kty === 'OKP' && crv === 'Ed25519' ? 'EdDSA' : undefined;
}

/** Whether a signature over a text is by this key. */
export function isSigned(jwk: Jwk, text: string, signature: Buffer): boolean {
  try {
    const key = createPublicKey({ key: { ...jwk }, format: 'jwk' });
    return verifyBy[algorithmOf(jwk) ?? 'ES256'](key, Buffer.from(text), signature);
  } catch {
    return false; // a signature of a length that the algorithm does not have
  }
}

type Verify = (key: KeyObject, text: Buffer, signature: Buffer) => boolean;
const { RSA_PKCS1_PSS_PADDING: padding, RSA_PSS_SALTLEN_DIGEST: saltLength } = constants;

/** RFC 7518 3.4 and 3.5, RFC 8037 3.1. */
const verifyBy: Readonly<Record<AssertionAlgorithm, Verify>> = {
  ES256: (key, text, signature) => verify('sha256', text, { key, dsaEncoding: 'ieee-p1363' }, signature),
  EdDSA: (key, text, signature) => verify(null, text, key, signature),
  PS256: (key, text, signature) => verify('sha256', text, { key, padding, saltLength }, signature),
};

/** A key of nobody, for clients that have none: their assertions cost as much as others. */
export const decoyJwk: Jwk = {
  ...generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' }),
};

function keyOf(jwk: Jwk): KeyObject {
  try {
    return createPublicKey({ key: { ...jwk }, format: 'jwk' });
  } catch (cause) {
    throw invalidField('#/public_jwk', 'Not a public key: its numbers do not fit together', cause);
  }
}

function assertStrong({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): void {
  if (asymmetricKeyType !== 'rsa') return;
  const { modulusLength: bits = 0, publicExponent = 0n } = asymmetricKeyDetails ?? {};
  if (bits < 2048 || bits > 4096) throw fault('n', 'From 2048 to 4096 bits');
  if (publicExponent !== 65_537n) throw fault('e', 'AQAB');
}

function fault(member: string, detail: string) {
  return invalidField(`#/public_jwk/${member.replaceAll('~', '~0').replaceAll('/', '~1')}`, detail);
}
