import fastifyJwt from '@fastify/jwt';
import Fastify from 'fastify';
import type { SigningKey } from '../login/signing-keys.ts';

export type Claims = Readonly<Record<string, unknown>>;

/** One kind of JWT: its `typ` header, so that no kind is ever taken for another (RFC 8725 3.11), and what it must hold. */
export type TokenKind = {
  readonly typ: string;
  readonly requiredClaims: readonly string[];
};

export type Jwt = {
  readonly sign: (claims: Claims) => string;
  /** Throws where anything is wrong: signature, algorithm, typ, iss, times, a missing claim. */
  readonly verify: (token: string) => Claims;
};

/**
 * Signs with the newest key and verifies by `kid` with any of ours; whatever else a header names (`jwk`, `jku`, `x5u`)
 * is not looked at. Each key has an instance of @fastify/jwt to itself, so that keys can come and go while the service
 * runs; a verified token is remembered until it expires.
 */
export async function createJwt(
  issuer: string,
  kind: TokenKind,
  keys: readonly [SigningKey, ...SigningKey[]],
): Promise<Jwt> {
  const byKid = new Map<string, Jwt>();
  for (const key of keys) byKid.set(key.kid, await jwtOf(issuer, kind, key));
  const newest = byKid.get(keys[0].kid);
  if (!newest) throw new Error('No signing key');

  function verify(token: string): Claims {
    const jwt = byKid.get(kidOf(token));
    if (!jwt) throw new Error('Signed with none of our keys');
    return jwt.verify(token);
  }
  return { sign: newest.sign, verify };
}

async function jwtOf(issuer: string, { typ, requiredClaims }: TokenKind, key: SigningKey): Promise<Jwt> {
  const app = Fastify();
  await app.register(fastifyJwt, {
    secret: { private: key.privatePem, public: key.publicPem },
    sign: { algorithm: 'ES256', kid: key.kid, header: { typ, alg: 'ES256' } },
    verify: {
      algorithms: ['ES256'],
      checkTyp: typ,
      allowedIss: issuer,
      requiredClaims: ['iss', 'sub', 'aud', 'iat', 'exp', 'jti', ...requiredClaims],
      cache: 10_000,
    },
  });
  await app.ready();
  return {
    sign: (claims) => app.jwt.sign({ iss: issuer, ...claims }),
    verify: (token) => app.jwt.verify<Claims>(token),
  };
}

const kids = new Map<string, string>();

/** The header of all tokens of a key is the same text, so it is parsed once. */
function kidOf(token: string): string {
  const header = token.slice(0, token.indexOf('.'));
  const known = kids.get(header);
  if (known !== undefined) return known;
  const { kid } = JSON.parse(Buffer.from(header, 'base64url').toString());
  if (typeof kid !== 'string') throw new Error('No kid');
  if (kids.size < 100) kids.set(header, kid);
  return kid;
}
