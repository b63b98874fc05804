import { createHmac, randomUUID } from 'node:crypto';
import { decodeJwt, importPKCS8, type JWTPayload, SignJWT } from 'jose';
import { openSigningKeys } from '../../src/features/tokens/signing-keys.ts';
import type { World } from './world.ts';

type Json = Readonly<Record<string, unknown>>;

/** The key that a world signs with, private part and all, as an attacker would like to have it. */
export async function keyOf({ deps }: Pick<World, 'deps'>) {
  const [key] = await openSigningKeys(deps);
  if (!key) throw new Error('No signing key');
  return { ...key, privateKey: await importPKCS8(key.privatePem, 'ES256') };
}

export type Key = Awaited<ReturnType<typeof keyOf>>;

/** A token signed as the service signs, but with any header and claims. */
export async function signed(
  key: Pick<Key, 'kid' | 'privateKey'>,
  claims: JWTPayload,
  header: Json = {},
): Promise<string> {
  const all = { alg: 'ES256', typ: 'at+jwt', kid: key.kid, ...header };
  return new SignJWT(claims).setProtectedHeader(all).sign(key.privateKey);
}

/** The claims of a token, as new: another `jti` of the same generation, so that no cache knows it. */
export function claimsOf(token: string): JWTPayload {
  const claims = decodeJwt(token);
  return { ...claims, jti: `${String(claims.jti).split('.')[0]}.${randomUUID()}` };
}

export function part(value: Json): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

/** A token whose signature is a keyed hash: what comes of it where a public key is taken for a shared secret. */
export function hashed(secret: string | Buffer, header: Json, claims: Json): string {
  const text = `${part(header)}.${part(claims)}`;
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
}
