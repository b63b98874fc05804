import { createSigner, createVerifier } from 'fast-jwt';
import { invalidToken } from '../../domain/sessions/login-problems.ts';
import { retiresAt, signerAt } from '../../domain/tokens/signing-key.ts';
import type { SigningKey } from './signing-keys.ts';

export type Claims = Readonly<Record<string, unknown>>;

/**
 * One kind of JWT. Its `typ` header keeps one kind from being accepted as another (RFC 8725 3.11). A token without
 * all `requiredClaims` is not valid.
 */
export type TokenKind = {
  readonly typ: string;
  readonly requiredClaims: readonly string[];
};

type Jwt = {
  readonly sign: (claims: Claims) => string;
  /** Throws if the signature, the algorithm, `typ`, `iss` or a time is wrong, or if a claim is missing. */
  readonly verify: (token: string) => Claims;
};

/** A kind of JWT. `use` replaces its keys while the service runs. */
export type JwtKind = Jwt & { readonly use: (keys: readonly SigningKey[]) => void };

type Held = { readonly jwt: Jwt; readonly signsFrom: Date; readonly retiresAt: number };

/**
 * Signs with the newest key that may already sign. Verifies with the key that `kid` names, if it is one of ours and
 * has not retired. Ignores other key references in the header (`jwk`, `jku`, `x5u`). Each key has its own signer and
 * its own verifier, so that keys can change while the service runs. The cache of verified tokens ends with the key.
 */
export function createJwt(issuer: string, kind: TokenKind, keys: readonly SigningKey[]): JwtKind {
  let held = new Map<string, Held>();

  /** Takes keys newest first. Keys that stay keep their caches. */
  function use(next: readonly SigningKey[]): void {
    const entries = next.map((key) => {
      const jwt = held.get(key.kid)?.jwt ?? jwtOf(issuer, kind, key);
      const retires = retiresAt(next, key.kid)?.getTime() ?? Number.POSITIVE_INFINITY;
      return [key.kid, { jwt, signsFrom: key.signsFrom, retiresAt: retires }] as const;
    });
    held = new Map(entries);
  }

  function sign(claims: Claims): string {
    const signer = signerAt([...held.values()], new Date());
    if (!signer) throw new Error('No signing key');
    return signer.jwt.sign(claims);
  }

  function verify(token: string): Claims {
    const header = token.slice(0, token.indexOf('.'));
    const kid = kids.get(header) ?? kidIn(header);
    const key = held.get(kid);
    if (!key || Date.now() >= key.retiresAt) throw new Error('Signed with none of our keys');
    const claims = key.jwt.verify(token);
    remember(header, kid);
    return claims;
  }

  use(keys);
  return { sign, verify, use };
}

function jwtOf(issuer: string, { typ, requiredClaims }: TokenKind, key: SigningKey): Jwt {
  const sign = createSigner({
    key: key.privatePem,
    algorithm: 'ES256',
    kid: key.kid,
    header: { alg: 'ES256', typ },
  });
  const verify = createVerifier({
    key: key.publicPem,
    algorithms: ['ES256'],
    checkTyp: typ,
    allowedIss: issuer,
    requiredClaims: ['iss', 'sub', 'aud', 'iat', 'exp', 'jti', ...requiredClaims],
  });
  return { sign: (claims) => sign({ iss: issuer, ...claims }), verify: cached(verify) };
}

const cachedMs = 10 * 60 * 1000;
const mostCached = 10_000;

/**
 * Keeps the claims of a verified token until it expires, and for ten minutes at most. The key is the whole token, so
 * that no other token has the same one. fast-jwt would hash the token first, which takes a fifth of a guarded request.
 * A token that failed is not kept, because the number of those has no limit.
 */
function cached(verify: (token: string) => Claims): (token: string) => Claims {
  const known = new Map<string, { readonly claims: Claims; readonly from: number; readonly until: number }>();
  return (token) => {
    const now = Date.now();
    const entry = known.get(token);
    if (entry && now >= entry.from && now < entry.until) return entry.claims;
    known.delete(token);
    const claims = verify(token);
    const [oldest] = known.size >= mostCached ? known.keys() : [];
    if (oldest !== undefined) known.delete(oldest);
    known.set(token, { claims, from: now, until: Math.min(Number(claims.exp) * 1000, now + cachedMs) });
    return claims;
  };
}

const kids = new Map<string, string>();
const mostKids = 100;

/**
 * All tokens of a key have the same header text, so it is parsed once. Only headers of verified tokens are cached,
 * because the number of others has no limit.
 */
function remember(header: string, kid: string): void {
  if (kids.has(header)) return;
  if (kids.size >= mostKids) kids.clear();
  kids.set(header, kid);
}

function kidIn(header: string): string {
  const { kid } = JSON.parse(Buffer.from(header, 'base64url').toString());
  if (typeof kid !== 'string') throw new Error('No kid');
  return kid;
}

/** The verified claims of a token. Throws 401 invalid-token. */
export function verified(verify: (token: string) => Claims, token: string): Claims {
  try {
    return verify(token);
  } catch (cause) {
    throw invalidToken(
      { detail: 'The token has expired, was changed, or is not valid here. Refresh it, or log in again.' },
      cause,
    );
  }
}

export function seconds(date: Date): number {
  return Math.floor(date.getTime() / 1000);
}
