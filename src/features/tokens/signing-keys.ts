import { createHash, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { inTransaction } from '../../../db/in-transaction.ts';
import { type KeyTimes, newestFirst } from '../../domain/tokens/signing-key.ts';
import type { AssociatedData } from '../../lib/crypto/vault.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import {
  findSigningKeys,
  insertSigningKey,
  lockSigningKeys,
  type SigningKeyRow,
} from './signing-key-store.ts';

/** An ES256 key pair (RFC 7518 3.4). `kid` is the RFC 7638 thumbprint of the public key. */
export type SigningKey = KeyTimes & {
  readonly publicJwk: Readonly<Record<string, unknown>>;
  /** PEM. The private key never leaves the process unencrypted. */
  readonly publicPem: string;
  readonly privatePem: string;
};

/** The existing keys, newest first. If there is none, exactly one of several concurrent instances makes one. */
export async function openSigningKeys(deps: Pick<Deps, 'db' | 'vault'>): Promise<readonly SigningKey[]> {
  const now = new Date();
  const rows = await inTransaction(deps.db, async (tx) => {
    await lockSigningKeys(tx);
    const found = await findSigningKeys(tx);
    if (found.length > 0) return found;
    const made = newSigningKey(deps, now, now);
    await insertSigningKey(tx, made);
    return [made];
  });
  return decryptKeys(deps, rows);
}

/** The existing keys, newest first. */
export async function readSigningKeys(deps: Pick<Deps, 'db' | 'vault'>): Promise<readonly SigningKey[]> {
  return decryptKeys(deps, await findSigningKeys(deps.db));
}

export function newSigningKey(
  { vault }: Pick<Deps, 'vault'>,
  createdAt: Date,
  signsFrom: Date,
): SigningKeyRow {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const jwk = { ...publicKey.export({ format: 'jwk' }) };
  const kid = thumbprint(jwk);
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const publicJwk = { ...jwk, kid, use: 'sig', alg: 'ES256' };
  return { kid, publicJwk, privateSealed: vault.encrypt(pem, signingKeyData({ kid })), createdAt, signsFrom };
}

function decryptKeys(deps: Pick<Deps, 'vault'>, rows: readonly SigningKeyRow[]): readonly SigningKey[] {
  return newestFirst(rows).map((row) => decryptKey(deps, row));
}

function decryptKey({ vault }: Pick<Deps, 'vault'>, row: SigningKeyRow): SigningKey {
  const { kid, publicJwk, privateSealed, createdAt, signsFrom } = row;
  const privatePem = vault.decrypt(privateSealed, signingKeyData({ kid }));
  const publicKey = createPublicKey(privatePem);
  // The published key must be the one that signs. Otherwise, an attacker could sign after writing a public key to the
  // database.
  if (thumbprint({ ...publicKey.export({ format: 'jwk' }) }) !== kid || thumbprint(publicJwk) !== kid) {
    throw new Error(`The signing key ${kid} in the database is not the one that was made`);
  }
  const publicPem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  return { kid, publicJwk, privatePem, publicPem, createdAt, signsFrom };
}

export function signingKeyData({ kid }: { readonly kid: string }): AssociatedData {
  return { table: 'signing_keys', row: kid, column: 'private_sealed' };
}

/** RFC 7638 3: only the required members, in alphabetical order. */
export function thumbprint({ crv, kty, x, y }: Readonly<Record<string, unknown>>): string {
  return createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url');
}
