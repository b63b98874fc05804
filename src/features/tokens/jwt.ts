import fastifyJwt from '@fastify/jwt';
import Fastify from 'fastify';
import { invalidToken } from '../../domain/sessions/login-problems.ts';
import { retiresAt, signerAt } from '../../domain/tokens/signing-key.ts';
import type { SigningKey } from './signing-keys.ts';

export type Claims = Readonly<Record<string, unknown>>;

/** One kind of JWT: its `typ` header, so that no kind is ever taken for another (RFC 8725 3.11), and what it must hold. */
export type TokenKind = {
  readonly typ: string;
  readonly requiredClaims: readonly string[];
};

type Jwt = {
  readonly sign: (claims: Claims) => string;
  /** Throws where anything is wrong: signature, algorithm, typ, iss, times, a missing claim. */
  readonly verify: (token: string) => Claims;
};

/** A kind of JWT whose keys can be exchanged while the service runs. */
export type JwtKind = Jwt & { readonly use: (keys: readonly SigningKey[]) => Promise<void> };

type Held = { readonly jwt: Jwt; readonly signsFrom: Date; readonly retiresAt: number };

/**
 * Signs with the newest key whose time has come and verifies by `kid` with any of ours that has not retired; whatever
 * else a header names (`jwk`, `jku`, `x5u`) is not looked at. Each key has an instance of @fastify/jwt to itself, so that
 * keys can come and go while the service runs; a verified token is remembered until it expires, or its key goes.
 */
export async function createJwt(
  issuer: string,
  kind: TokenKind,
  keys: readonly SigningKey[],
): Promise<JwtKind> {
  let held = new Map<string, Held>();

  /** Newest first. Those that stay keep what they remember. */
  async function use(next: readonly SigningKey[]): Promise<void> {
    const entries = next.map(async (key) => {
      const jwt = held.get(key.kid)?.jwt ?? (await jwtOf(issuer, kind, key));
      const retires = retiresAt(next, key.kid)?.getTime() ?? Number.POSITIVE_INFINITY;
      return [key.kid, { jwt, signsFrom: key.signsFrom, retiresAt: retires }] as const;
    });
    held = new Map(await Promise.all(entries));
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

  await use(keys);
  return { sign, verify, use };
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
const mostKids = 100;

/** The header of all tokens of a key is the same text, so it is parsed once. Only of our own: others have endless many. */
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

/** The claims of a token, or 401 invalid-token. */
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
