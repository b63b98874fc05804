import { z } from 'zod';
import { algorithmOf, decoyJwk, isSigned } from './public-key.ts';

export const assertionSeconds = 5 * 60;
/** Clocks differ a little; an `exp` is held to ours. */
const skewSeconds = 30;

const Header = z.object({ alg: z.string(), crit: z.never().optional() });
const Claims = z.object({
  iss: z.string(),
  sub: z.string(),
  aud: z.union([z.string(), z.tuple([z.string()]).transform(([only]) => only)]),
  exp: z.number(),
  nbf: z.number().optional(),
  iat: z.number().optional(),
  jti: z.string().min(1).max(256),
});

type Claimed = z.infer<typeof Claims>;

/** An assertion taken apart: nothing of it is proved yet. */
export type Assertion = {
  readonly algorithm: string;
  readonly claims: Claimed;
  readonly text: string;
  readonly signature: Buffer;
};

/**
 * A JWT that a client signed about itself (RFC 7523 3). Of its header only the algorithm is read: `jwk`, `jku` and `x5u`
 * would let whoever made it say which key is right. Undefined where it is none.
 */
export function readAssertion(jwt: string): Assertion | undefined {
  const parts = jwt.split('.');
  const [head = '', body = '', tail = ''] = parts;
  const header = Header.safeParse(jsonOf(head));
  const claims = Claims.safeParse(jsonOf(body));
  const signature = bytesOf(tail);
  if (parts.length !== 3 || !header.success || !claims.success || !signature) return undefined;
  return { algorithm: header.data.alg, claims: claims.data, text: `${head}.${body}`, signature };
}

/** Whose key has signed it, of those that are registered. Costs one check at least, also where there is none. */
export function signerOf<Key extends { readonly publicJwk: Readonly<Record<string, unknown>> | null }>(
  { algorithm, text, signature }: Assertion,
  keys: readonly Key[],
): Key | undefined {
  const fitting = keys.filter(({ publicJwk }) => publicJwk && algorithmOf(publicJwk) === algorithm);
  if (fitting.length === 0) isSigned(decoyJwk, text, signature);
  return fitting.find(({ publicJwk }) => publicJwk && isSigned(publicJwk, text, signature));
}

/**
 * What is wrong with what it says; null: nothing. One audience alone: whoever else is meant could use it here
 * (CVE-2025-27370). Five minutes at most, for so long its `jti` is remembered.
 */
export function claimsFault(
  { iss, sub, aud, exp, nbf, iat }: Claimed,
  audiences: readonly string[],
  now: Date,
): string | null {
  const seconds = now.getTime() / 1000;
  if (iss !== sub) return 'assertion of another issuer';
  if (!audiences.includes(aud)) return 'assertion for another audience';
  if (exp <= seconds) return 'expired assertion';
  if (exp > seconds + assertionSeconds) return 'assertion too long';
  return Math.max(nbf ?? 0, iat ?? 0) > seconds + skewSeconds ? 'assertion not valid yet' : null;
}

function jsonOf(part: string): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytesOf(part)));
  } catch {
    return undefined;
  }
}

/** Base64url as it is written by rule, and in no other way. */
function bytesOf(part: string): Buffer | undefined {
  const bytes = Buffer.from(part, 'base64url');
  return bytes.toString('base64url') === part && part !== '' ? bytes : undefined;
}
