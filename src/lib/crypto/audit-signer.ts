import { createPrivateKey, createPublicKey, hkdfSync, type KeyObject, sign, verify } from 'node:crypto';

/** Signs the seals of the audit with Ed25519 (RFC 8032). Keys and signatures are base64url. */
export type Signer = {
  readonly sign: (text: string) => string;
  /** Public keys. The first one belongs to the signing key, the others to keys that signed before. */
  readonly keys: readonly [string, ...string[]];
};

const beforeSeed = Buffer.from('302e020100300506032b657004220420', 'hex'); // PKCS #8 of Ed25519 (RFC 8410)
const beforePublic = Buffer.from('302a300506032b6570032100', 'hex');

/**
 * Derives the signing keys from the vault keys, which the database does not contain. So access to the database is not
 * enough to forge a seal. The first key signs.
 */
export function createSigner([first, ...others]: readonly [Buffer, ...Buffer[]]): Signer {
  const secret = secretFrom(first);
  return {
    sign: (text) => sign(null, Buffer.from(text), secret).toString('base64url'),
    keys: [publicPart(secret), ...others.map((key) => publicPart(secretFrom(key)))],
  };
}

function secretFrom(vaultKey: Buffer): KeyObject {
  const seed = Buffer.from(hkdfSync('sha256', vaultKey, '', 'sallyport audit seal', 32));
  return createPrivateKey({ key: Buffer.concat([beforeSeed, seed]), format: 'der', type: 'pkcs8' });
}

export type Checker = {
  /** Whether `signature` is valid for `text` and `key`. False if the key or the signature is malformed. */
  readonly isSigned: (text: string, by: { readonly key: string; readonly signature: string }) => boolean;
  /** Whether the key is in the list of trusted keys. */
  readonly isOurs: (key: string) => boolean;
};

/** `believed`: the trusted public keys. Throws if one of them is malformed. */
export function createChecker(believed: readonly string[]): Checker {
  const known = new Map(believed.map((key) => [key, publicKeyOf(key)]));
  const keyNamed = (key: string) => {
    try {
      const found = known.get(key) ?? publicKeyOf(key);
      if (known.size < 1_000) known.set(key, found);
      return found;
    } catch {
      return null;
    }
  };
  return {
    isSigned: (text, { key, signature }) => {
      const publicKey = keyNamed(key);
      const bytes = Buffer.from(signature, 'base64url');
      if (!publicKey || bytes.toString('base64url') !== signature) return false;
      return verify(null, Buffer.from(text), publicKey, bytes);
    },
    isOurs: (key) => believed.includes(key),
  };
}

function publicKeyOf(key: string): KeyObject {
  const bytes = Buffer.from(key, 'base64url');
  if (bytes.length !== 32 || bytes.toString('base64url') !== key)
    throw new Error(`${key} is not a public key of an audit: such a key has 43 letters, digits, _ and -.`);
  return createPublicKey({ key: Buffer.concat([beforePublic, bytes]), format: 'der', type: 'spki' });
}

/**
 * The text that is signed for a seal. The text for a cut begins differently, so a signature for one never fits the
 * other.
 */
export function sealText({ number, hash }: { number: number; hash: string }): string {
  return `sallyport audit seal ${number} ${hash}`;
}

export function cutText(cut: {
  through: number;
  hash: string;
  reached: number;
  open: string;
  cutAt: string;
}): string {
  return `sallyport audit cut ${cut.through} ${cut.hash} ${cut.reached} ${cut.open} ${cut.cutAt}`;
}

function publicPart(secret: KeyObject): string {
  return createPublicKey(secret)
    .export({ format: 'der', type: 'spki' })
    .subarray(beforePublic.length)
    .toString('base64url');
}
