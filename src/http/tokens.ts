import { randomBytes, randomUUID } from 'node:crypto';
import { acrOf, type Level, levelOf } from '../areas/core/level.ts';
import { type AreaName, areaNames, type Policies } from '../areas/core/policy.ts';
import { scopesOf } from '../areas/core/scopes.ts';
import type { Bearer, Enroller } from '../login/core/bearer.ts';
import { invalidToken } from '../login/core/login-problems.ts';
import type { LiveSession } from '../login/core/session.ts';
import type { SigningKey } from '../login/signing-keys.ts';
import { hashOf } from '../secret-token.ts';
import { type Claims, createJwt } from './token-kind.ts';

/** What an access token says; whether it is live, the session's row decides. */
export type AccessClaims = Omit<Bearer, 'session'> & {
  readonly sessionId: string;
  readonly userId: string;
  readonly area: AreaName;
  /** Of the session when it was issued: see Session. */
  readonly generation: number;
};

export type ProofClaims = {
  readonly sessionId: string;
  readonly area: AreaName;
  /** The access token that it works with. */
  readonly tokenHash: string;
  readonly level: Level;
  readonly mfaTime: Date;
  readonly factorsChangedAt: number;
};

type Granted = Pick<
  LiveSession,
  'id' | 'userId' | 'area' | 'level' | 'amr' | 'authTime' | 'mfaTime' | 'expiresAt'
> & {
  readonly roles: readonly string[];
  readonly generation: number;
};

export type Tokens = Awaited<ReturnType<typeof createTokens>>;

const proofSeconds = 10 * 60;
export const enrolmentTokenSeconds = 10 * 60;

/** Issues and reads the three kinds of JWT. Whatever is wrong with one is 401 invalid-token. */
export async function createTokens(
  issuer: string,
  policies: Policies,
  keys: readonly [SigningKey, ...SigningKey[]],
) {
  const access = await createJwt(
    issuer,
    { typ: 'at+jwt', requiredClaims: ['client_id', 'sid', 'acr', 'scope'] },
    keys,
  );
  const proof = await createJwt(
    issuer,
    { typ: 'mfa-proof+jwt', requiredClaims: ['ath', 'sid', 'acr'] },
    keys,
  );
  const enrolment = await createJwt(
    issuer,
    { typ: 'mfa-enroll+jwt', requiredClaims: ['auth_time', 'pwd'] },
    keys,
  );
  const audience = (area: AreaName) => `${issuer}/areas/${area}`;
  const areaOf = new Map(areaNames.map((area) => [audience(area), area]));
  const parsed = new WeakMap<Claims, AccessClaims>();

  /** RFC 9068 in shape: no personal data, and honest about how somebody proved who they are (RFC 8176, RFC 9470). */
  function issueAccess(session: Granted, now: Date): { readonly token: string; readonly expiresIn: number } {
    const iat = seconds(now);
    const exp = Math.min(iat + policies[session.area].accessSeconds, seconds(session.expiresAt));
    const token = access.sign({
      sub: session.userId,
      aud: audience(session.area),
      client_id: 'sallyport',
      iat,
      nbf: iat,
      exp,
      jti: `${session.generation}.${randomBytes(16).toString('base64url')}`,
      sid: session.id,
      scope: scopesOf(session.area, session.roles).join(' '),
      roles: session.roles,
      auth_time: seconds(session.authTime),
      acr: acrOf(session.level),
      amr: session.amr,
      mfa: session.mfaTime !== null,
      ...(session.mfaTime && { mfa_time: seconds(session.mfaTime) }),
    });
    return { token, expiresIn: exp - iat };
  }

  function readAccess(token: string): AccessClaims {
    const claims = verified(access.verify, token);
    const known = parsed.get(claims);
    if (known) return known;
    const { sub, aud, sid, acr, scope, exp, jti, mfa_time: mfaTime } = claims;
    const area = areaOf.get(String(aud));
    if (!area) throw invalidToken({ detail: 'This token is for something else.' });
    const read = {
      userId: String(sub),
      sessionId: String(sid),
      area,
      generation: Number.parseInt(String(jti), 10),
      level: levelOf(String(acr)),
      mfaTime: typeof mfaTime === 'number' ? new Date(mfaTime * 1000) : null,
      scopes: String(scope).split(' '),
      expiresAt: new Date(Number(exp) * 1000),
      tokenHash: hashOf(token),
    };
    parsed.set(claims, read);
    return read;
  }

  function issueProof({ session, tokenHash, expiresAt }: Bearer, level: Level, now: Date) {
    const iat = seconds(now);
    const exp = Math.min(iat + proofSeconds, seconds(expiresAt));
    const token = proof.sign({
      sub: session.userId,
      aud: audience(session.area),
      iat,
      exp,
      jti: randomUUID(),
      sid: session.id,
      ath: tokenHash,
      acr: acrOf(level),
      fct: session.user.factorsChangedAt?.getTime() ?? 0,
    });
    return { token, expiresIn: exp - iat };
  }

  function readProof(token: string): ProofClaims {
    const { sid, aud, ath, acr, iat, fct } = verified(proof.verify, token);
    const area = areaOf.get(String(aud));
    if (!area) throw invalidToken();
    return {
      sessionId: String(sid),
      area,
      tokenHash: String(ath),
      level: levelOf(String(acr)),
      mfaTime: new Date(Number(iat) * 1000),
      factorsChangedAt: Number(fct),
    };
  }

  function issueEnrolment(enroller: Enroller, now: Date): string {
    const iat = seconds(now);
    return enrolment.sign({
      sub: enroller.userId,
      aud: audience(enroller.area),
      iat,
      exp: iat + enrolmentTokenSeconds,
      jti: randomUUID(),
      scope: 'mfa:enroll',
      auth_time: seconds(enroller.authTime),
      pwd: enroller.passwordChangedAt.getTime(),
    });
  }

  function readEnrolment(token: string): Enroller {
    const { sub, aud, auth_time: authTime, pwd } = verified(enrolment.verify, token);
    const area = areaOf.get(String(aud));
    if (!area) throw invalidToken();
    const passwordChangedAt = new Date(Number(pwd));
    return { userId: String(sub), area, authTime: new Date(Number(authTime) * 1000), passwordChangedAt };
  }

  const jwks = { keys: keys.map(({ publicJwk }) => publicJwk) };
  return { issueAccess, readAccess, issueProof, readProof, issueEnrolment, readEnrolment, jwks };
}

function verified(verify: (token: string) => Claims, token: string): Claims {
  try {
    return verify(token);
  } catch (cause) {
    throw invalidToken({ detail: 'The token is expired, altered, or not one for this.' }, cause);
  }
}

function seconds(date: Date): number {
  return Math.floor(date.getTime() / 1000);
}
