import { randomBytes, randomUUID } from 'node:crypto';
import { type AssuranceLevel, acrOf, acrValues, levelOf } from '../../domain/policy/assurance-level.ts';
import { type AreaName, areaNames, type Policies } from '../../domain/policy/policy.ts';
import { scopesOf } from '../../domain/policy/scopes.ts';
import { invalidToken } from '../../domain/sessions/login-problems.ts';
import type { SessionPrincipal } from '../../domain/sessions/principal.ts';
import type { LiveSession } from '../../domain/sessions/session.ts';
import { longestTokenSeconds, phaseOfKey } from '../../domain/tokens/signing-key.ts';
import { hashOf } from '../../lib/crypto/secret-token.ts';
import { createEnrolmentTokens } from './enrolment-tokens.ts';
import { type Claims, createJwt, seconds, verified } from './jwt.ts';
import { createServiceTokens } from './service-tokens.ts';
import type { SigningKey } from './signing-keys.ts';

/** The claims of an access token. The session's row decides whether the token is live. */
export type AccessClaims = Omit<SessionPrincipal, 'session'> & {
  readonly sessionId: string;
  readonly userId: string;
  readonly area: AreaName;
  /** The session's generation when the token was issued: see Session. */
  readonly tokenGeneration: number;
};

export type ProofClaims = {
  readonly sessionId: string;
  readonly area: AreaName;
  /** The hash of the access token that the proof belongs to. */
  readonly tokenHash: string;
  readonly level: AssuranceLevel;
  readonly method: string;
  readonly mfaTime: Date;
  readonly factorsChangedAt: number;
};

type Granted = Pick<
  LiveSession,
  'id' | 'userId' | 'area' | 'level' | 'amr' | 'waived' | 'authTime' | 'mfaTime' | 'expiresAt'
> & {
  readonly roles: readonly string[];
  readonly tokenGeneration: number;
  readonly graceUntil: Date | null;
};

export type Tokens = ReturnType<typeof createTokens>;

const proofSeconds = 10 * 60;

/**
 * Issues and reads access, proof, enrolment and service tokens. Every reader throws 401 invalid-token if anything is
 * wrong with a token.
 */
export function createTokens(issuer: string, policies: Policies, keys: readonly SigningKey[]) {
  const access = createJwt(
    issuer,
    { typ: 'at+jwt', requiredClaims: ['client_id', 'sid', 'acr', 'scope'] },
    keys,
  );
  const proof = createJwt(
    issuer,
    { typ: 'mfa-proof+jwt', requiredClaims: ['ath', 'sid', 'acr', 'method'] },
    keys,
  );
  // A reader of another kind refuses it: by its `typ`, and because it has no `sub` and no `exp` (SSF 4.1).
  const event = createJwt(issuer, { typ: 'secevent+jwt', requiredClaims: ['events'] }, keys);
  const audience = (area: AreaName) => `${issuer}/areas/${area}`;
  const areaOf = new Map(areaNames.map((area) => [audience(area), area]));
  const parsed = new WeakMap<Claims, AccessClaims>();

  /**
   * An access token in the shape of RFC 9068, without personal data. Its claims state truthfully how the user
   * authenticated (RFC 8176, RFC 9470).
   */
  function issueAccess(session: Granted, now: Date): { readonly token: string; readonly expiresIn: number } {
    const iat = seconds(now);
    const lifetime = Math.min(policies[session.area].accessSeconds, longestTokenSeconds);
    const exp = Math.min(iat + lifetime, seconds(session.expiresAt));
    const token = access.sign({
      sub: session.userId,
      aud: audience(session.area),
      client_id: 'sallyport',
      iat,
      nbf: iat,
      exp,
      jti: `${session.tokenGeneration}.${randomBytes(16).toString('base64url')}`,
      sid: session.id,
      scope: scopesOf(session.area, session.roles).join(' '),
      roles: session.roles,
      auth_time: seconds(session.authTime),
      acr: acrOf(session.level),
      amr: session.amr,
      mfa: session.mfaTime !== null,
      ...(session.mfaTime && { mfa_time: seconds(session.mfaTime) }),
      ...(session.waived && { mfa_waived: session.waived }),
      ...(session.graceUntil && { mfa_grace_until: seconds(session.graceUntil) }),
    });
    return { token, expiresIn: exp - iat };
  }

  /** All verified claims of an access token. */
  function claimsOfAccess(token: string): Claims {
    return verified(access.verify, token);
  }

  function readAccess(token: string): AccessClaims {
    const claims = claimsOfAccess(token);
    const known = parsed.get(claims);
    if (known) return known;
    const { sub, aud, sid, acr, scope, iat, exp, jti, mfa_time: mfaTime } = claims;
    const area = areaOf.get(String(aud));
    if (!area || !acrValues.includes(String(acr)))
      throw invalidToken({ detail: 'This token is not valid for this request.' });
    const read = {
      userId: String(sub),
      sessionId: String(sid),
      area,
      tokenGeneration: Number.parseInt(String(jti), 10),
      level: levelOf(String(acr)),
      mfaTime: typeof mfaTime === 'number' ? new Date(mfaTime * 1000) : null,
      scopes: String(scope).split(' '),
      issuedAt: new Date(Number(iat) * 1000),
      expiresAt: new Date(Number(exp) * 1000),
      tokenHash: hashOf(token),
    };
    parsed.set(claims, read);
    return read;
  }

  function issueProof(
    { session, tokenHash, expiresAt }: SessionPrincipal,
    { level, method }: { readonly level: AssuranceLevel; readonly method: string },
    now: Date,
  ) {
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
      method,
      fct: session.user.factorsChangedAt?.getTime() ?? 0,
    });
    return { token, expiresIn: exp - iat };
  }

  function readProof(token: string): ProofClaims {
    const { sid, aud, ath, acr, method, iat, fct } = verified(proof.verify, token);
    const area = areaOf.get(String(aud));
    if (!area) throw invalidToken();
    return {
      sessionId: String(sid),
      area,
      tokenHash: String(ath),
      level: levelOf(String(acr)),
      method: String(method),
      mfaTime: new Date(Number(iat) * 1000),
      factorsChangedAt: Number(fct),
    };
  }

  const enrolment = createEnrolmentTokens(issuer, audience, areaOf, keys);
  const service = createServiceTokens(issuer, policies, keys);
  let current = keys;
  let turn: Promise<unknown> = Promise.resolve();

  /** Replaces the keys. Calls run one after the other, so that the keys that were read last are the ones that stay. */
  function useKeys(read: () => Promise<readonly SigningKey[]>): Promise<void> {
    const change = turn.then(async () => {
      const next = await read();
      for (const kind of [access, proof, enrolment, service, event]) kind.use(next);
      current = next;
    });
    turn = change.catch(() => {});
    return change;
  }

  /** The public keys that verify our tokens. They include keys that do not sign yet, but no retired keys. */
  function jwks(now: Date) {
    const live = current.filter(({ kid }) => phaseOfKey(current, kid, now) !== 'retired');
    return { keys: live.map(({ publicJwk }) => publicJwk) };
  }

  const people = { issueAccess, readAccess, claimsOfAccess, issueProof, readProof };
  const { issueEnrolment, readEnrolment } = enrolment;
  const { issueService, readService } = service;
  const others = { issueEnrolment, readEnrolment, issueService, readService, signEvent: event.sign };
  return { ...people, ...others, jwks, useKeys };
}
