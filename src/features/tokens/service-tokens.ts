import { randomBytes } from 'node:crypto';
import { serviceAcr } from '../../domain/policy/assurance-level.ts';
import type { Policies } from '../../domain/policy/policy.ts';
import type { ServiceGrant } from '../../domain/service-accounts/service-principal.ts';
import { invalidToken } from '../../domain/sessions/login-problems.ts';
import { type Claims, createJwt, seconds, verified } from './jwt.ts';
import type { SigningKey } from './signing-keys.ts';

export type ServiceClaims = {
  readonly accountId: string;
  readonly credentialId: string;
  readonly tokenId: string;
  readonly scopes: readonly string[];
  readonly issuedAt: Date;
  readonly expiresAt: Date;
  readonly all: Claims;
};

/**
 * The access tokens of programs. A token names the credential that the program fetched it with (`cred`), and no
 * session. Therefore it cannot be accepted as a user's token, and a user's token cannot be accepted as one of these.
 */
export function createServiceTokens(issuer: string, policies: Policies, keys: readonly SigningKey[]) {
  const requiredClaims = ['client_id', 'acr', 'scope', 'cred'];
  const service = createJwt(issuer, { typ: 'at+jwt', requiredClaims }, keys);
  const audience = `${issuer}/areas/service`;

  function issueService({ accountId, credentialId, scopes, endsAt }: ServiceGrant, now: Date) {
    const iat = seconds(now);
    const exp = Math.min(iat + policies.service.accessSeconds, seconds(endsAt));
    const token = service.sign({
      sub: accountId,
      aud: audience,
      client_id: accountId,
      iat,
      nbf: iat,
      exp,
      jti: randomBytes(16).toString('base64url'),
      cred: credentialId,
      scope: scopes.join(' '),
      acr: serviceAcr,
      mfa: false,
    });
    return { token, expiresIn: exp - iat };
  }

  /** Throws 401 invalid-token. The database rows decide whether the token is live. */
  function readService(token: string): ServiceClaims {
    const all = verified(service.verify, token);
    const { sub, aud, client_id: clientId, cred, jti, scope, acr, iat, exp } = all;
    if (aud !== audience || acr !== serviceAcr || clientId !== sub || 'sid' in all)
      throw invalidToken({ detail: 'This token is not valid for this request.' });
    return {
      accountId: String(sub),
      credentialId: String(cred),
      tokenId: String(jti),
      scopes: String(scope).split(' '),
      issuedAt: new Date(Number(iat) * 1000),
      expiresAt: new Date(Number(exp) * 1000),
      all,
    };
  }

  return { issueService, readService, use: service.use };
}
