import type { KeySet } from './key-set.ts';
import { verifySigned } from './signed-token.ts';

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

/** The claims of an access token (RFC 9068, section 4), or undefined if anything is wrong with it. */
export async function verifyAccessToken(
  token: string,
  keys: KeySet,
  expected: Expected,
): Promise<Claims | undefined> {
  const claims = await verifySigned(token, 'at+jwt', keys);
  return claims && checked(claims, expected);
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
