import { z } from 'zod';
import { algorithmsOf, decoyJwk, isSigned } from './public-key.ts';

const assertionSeconds = 5 * 60;
/** The tolerance for `nbf` and `iat`, because clocks differ. `exp` has none. */
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

/** A parsed assertion. Nothing in it is verified yet. */
export type Assertion = {
  readonly algorithm: string;
  readonly claims: Claimed;
  readonly text: string;
  readonly signature: Buffer;
};

/** A fault in the assertion's own claims: `reason` for the audit, `detail` for the client (RFC 6749 5.2). */
type AssertionFault = { readonly reason: string; readonly detail: string };

export type Reading = { readonly assertion: Assertion | undefined; readonly fault: AssertionFault | null };

/**
 * Reads a JWT that a client signed about itself (RFC 7523 3). From its header only `alg` is used: by `jwk`, `jku` or
 * `x5u` an attacker could choose the key. The fault depends on the assertion's own words alone, so the answer may name
 * it to every caller.
 */
export function readAssertion(jwt: string, audiences: readonly string[], now: Date): Reading {
  const parts = jwt.split('.');
  const [head = '', body = '', tail = ''] = parts;
  const header = Header.safeParse(jsonOf(head));
  const signature = bytesOf(tail);
  const said = jsonOf(body);
  if (parts.length !== 3 || !header.success || !signature || typeof said !== 'object' || said === null)
    return { assertion: undefined, fault: null };
  const claims = Claims.safeParse(said);
  if (!claims.success) return { assertion: undefined, fault: missing(claims.error) };
  const assertion = {
    algorithm: header.data.alg,
    claims: claims.data,
    text: `${head}.${body}`,
    signature,
  };
  return { assertion, fault: claimsFault(claims.data, audiences, now) };
}

/**
 * The registered key that made the signature. At least one signature is checked, even if no key fits, so that the time
 * reveals nothing.
 */
export function signerOf<Key extends { readonly publicJwk: Readonly<Record<string, unknown>> | null }>(
  { algorithm, text, signature }: Assertion,
  keys: readonly Key[],
): Key | undefined {
  const fitting = keys.flatMap((key) => {
    const { publicJwk } = key;
    const able = publicJwk ? algorithmsOf(publicJwk).find((name) => name === algorithm) : undefined;
    return publicJwk && able ? [{ key, publicJwk, able }] : [];
  });
  if (fitting.length === 0) isSigned(decoyJwk, 'ES256', text, signature);
  return fitting.find(({ publicJwk, able }) => isSigned(publicJwk, able, text, signature))?.key;
}

/**
 * The fault in the claims; null if there is none. An assertion names one audience only: another audience could
 * otherwise use it here (CVE-2025-27370). An assertion is valid for five minutes at most, because its `jti` is stored
 * only until it expires.
 */
function claimsFault(
  { iss, sub, aud, exp, nbf, iat }: Claimed,
  audiences: readonly string[],
  now: Date,
): AssertionFault | null {
  const seconds = now.getTime() / 1000;
  const fault = (reason: string, detail: string) => ({ reason, detail: `client_assertion: ${detail}` });
  if (iss !== sub) return fault('assertion of another issuer', 'iss and sub must both be the client_id');
  if (!audiences.includes(aud))
    return fault('assertion for another audience', `aud must be ${audiences.join(' or ')}`);
  if (exp <= seconds) return fault('expired assertion', 'exp is in the past');
  if (exp > seconds + assertionSeconds)
    return fault('assertion too long', `exp must be at most ${assertionSeconds} seconds ahead`);
  return Math.max(nbf ?? 0, iat ?? 0) > seconds + skewSeconds
    ? fault('assertion not valid yet', 'nbf and iat must not be in the future')
    : null;
}

function missing({ issues }: z.ZodError): AssertionFault {
  const names = [...new Set(issues.map(({ path }) => String(path[0] ?? 'the claims')))];
  return {
    reason: 'no assertion',
    detail: `client_assertion: ${names.join(', ')}: missing or not as described`,
  };
}

function jsonOf(part: string): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytesOf(part)));
  } catch {
    return undefined;
  }
}

/** Accepts canonical base64url only. Undefined for anything else. */
function bytesOf(part: string): Buffer | undefined {
  const bytes = Buffer.from(part, 'base64url');
  return bytes.toString('base64url') === part && part !== '' ? bytes : undefined;
}
