import type { KeySet } from './key-set.ts';

/** The levels of `acr`, weakest first. Programs have `urn:sallyport:acr:svc`, which stands outside this order. */
export const acrOrder = [
  'urn:sallyport:acr:1',
  'urn:sallyport:acr:1plus',
  'urn:sallyport:acr:2r',
  'urn:sallyport:acr:2',
  'phr',
] as const;
export type Acr = (typeof acrOrder)[number];

export type Claims = {
  readonly sub: string;
  readonly acr: string;
  readonly exp: number;
  readonly scope?: string;
  readonly roles?: readonly string[];
  readonly sid?: string;
  readonly mfa?: boolean;
  readonly mfa_time?: number;
  readonly [name: string]: unknown;
};

export type Expected = { readonly issuer: string; readonly audience: string; readonly tolerance: number };

const longest = 8192; // characters; a token of Sallyport has about 900

/** The claims of an access token (RFC 9068, section 4), or undefined if anything is wrong with it. */
export async function verifyAccessToken(
  token: string,
  keys: KeySet,
  expected: Expected,
): Promise<Claims | undefined> {
  const parts = token.length > longest ? [] : token.split('.');
  const [header, payload, signature] = parts;
  if (parts.length !== 3 || !header || !payload || !signature) return undefined;
  const { alg, typ, kid, crit } = objectOf(header);
  if (alg !== 'ES256' || crit !== undefined || typeof kid !== 'string') return undefined;
  if (!/^(application\/)?at\+jwt$/i.test(String(typ))) return undefined;
  const key = await keys.named(kid);
  const signed = bytesOf(signature);
  if (!key || !signed) return undefined;
  const algorithm = { name: 'ECDSA', hash: 'SHA-256' };
  const right = await crypto.subtle.verify(
    algorithm,
    key,
    signed,
    new TextEncoder().encode(`${header}.${payload}`),
  );
  return right ? checked(objectOf(payload), expected) : undefined;
}

function checked(claims: Readonly<Record<string, unknown>>, { issuer, audience, tolerance }: Expected) {
  const { iss, aud, sub, acr, exp, nbf } = claims;
  const now = Date.now() / 1000;
  const right =
    iss === issuer &&
    aud === audience &&
    typeof sub === 'string' &&
    typeof acr === 'string' &&
    typeof exp === 'number' &&
    exp > now - tolerance &&
    (nbf === undefined || (typeof nbf === 'number' && nbf <= now + tolerance));
  return right ? (claims as Claims) : undefined;
}

function objectOf(part: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytesOf(part)));
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

function bytesOf(base64url: string): Uint8Array<ArrayBuffer> | undefined {
  if (!/^[\w-]+$/.test(base64url)) return undefined;
  try {
    const text = atob(base64url.replaceAll('-', '+').replaceAll('_', '/'));
    return Uint8Array.from(text, (one) => one.charCodeAt(0));
  } catch {
    return undefined;
  }
}
