import { createHash, createPublicKey, generateKeyPairSync } from 'node:crypto';
import type { Deps } from '../deps.ts';
import {
  findSigningKeys,
  insertSigningKey,
  lockSigningKeys,
  type SigningKeyRow,
} from './signing-key-store.ts';

/** An ES256 key pair (RFC 7518 3.4). `kid` is the RFC 7638 thumbprint of the public key. */
export type SigningKey = {
  readonly kid: string;
  readonly publicJwk: Readonly<Record<string, unknown>>;
  /** PEM; the private one never leaves the process unsealed. */
  readonly publicPem: string;
  readonly privatePem: string;
};

/** The keys that sign and verify, newest first. Where there are none, one is made, by one instance of any number. */
export async function openSigningKeys(deps: Pick<Deps, 'db' | 'vault'>): Promise<readonly SigningKey[]> {
  const rows = await deps.db.transaction().execute(async (tx) => {
    await lockSigningKeys(tx);
    const found = await findSigningKeys(tx);
    if (found.length > 0) return found;
    const made = newSigningKey(deps, new Date());
    await insertSigningKey(tx, made);
    return [made];
  });
  return rows.map((row) => opened(deps, row));
}

function newSigningKey({ vault }: Pick<Deps, 'vault'>, createdAt: Date): SigningKeyRow {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const jwk = { ...publicKey.export({ format: 'jwk' }) };
  const kid = thumbprint(jwk);
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const publicJwk = { ...jwk, kid, use: 'sig', alg: 'ES256' };
  return { kid, publicJwk, privateSealed: vault.seal(pem, place(kid)), createdAt };
}

function opened(
  { vault }: Pick<Deps, 'vault'>,
  { kid, publicJwk, privateSealed }: SigningKeyRow,
): SigningKey {
  const privatePem = vault.open(privateSealed, place(kid));
  const publicKey = createPublicKey(privatePem);
  // What is published is what signs: a public key that somebody put into the database would let them sign.
  if (thumbprint({ ...publicKey.export({ format: 'jwk' }) }) !== kid || thumbprint(publicJwk) !== kid) {
    throw new Error(`The signing key ${kid} in the database is not the one that was made`);
  }
  const publicPem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  return { kid, publicJwk, privatePem, publicPem };
}

function place(kid: string) {
  return { table: 'signing_keys', row: kid, column: 'private_sealed' };
}

/** RFC 7638 3: the required members alone, in the order of the alphabet. */
export function thumbprint({ crv, kty, x, y }: Readonly<Record<string, unknown>>): string {
  return createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url');
}
