import { randomUUID } from 'node:crypto';
import type { AreaName } from '../../domain/policy/policy.ts';
import { invalidToken } from '../../domain/sessions/login-problems.ts';
import type { EnrolmentPrincipal } from '../../domain/sessions/principal.ts';
import { createJwt, seconds, verified } from './jwt.ts';
import type { SigningKey } from './signing-keys.ts';

export const enrolmentTokenSeconds = 10 * 60;

/** The tokens of users who may do nothing but enrol. Any change of the account invalidates them. */
export function createEnrolmentTokens(
  issuer: string,
  audience: (area: AreaName) => string,
  areaOf: ReadonlyMap<string, AreaName>,
  keys: readonly SigningKey[],
) {
  const kind = { typ: 'mfa-enroll+jwt', requiredClaims: ['auth_time', 'ver'] };
  const jwt = createJwt(issuer, kind, keys);

  function issueEnrolment(principal: EnrolmentPrincipal, now: Date): string {
    const iat = seconds(now);
    return jwt.sign({
      sub: principal.userId,
      aud: audience(principal.area),
      iat,
      exp: iat + enrolmentTokenSeconds,
      jti: randomUUID(),
      scope: 'mfa:enroll',
      auth_time: seconds(principal.authTime),
      ver: principal.securityVersion,
      ...(principal.recoveryId && { rec: principal.recoveryId }),
    });
  }

  function readEnrolment(token: string): EnrolmentPrincipal {
    const { sub, aud, auth_time: authTime, ver, rec } = verified(jwt.verify, token);
    const area = areaOf.get(String(aud));
    if (!area) throw invalidToken();
    const securityVersion = Number(ver);
    return {
      ...{ userId: String(sub), area, authTime: new Date(Number(authTime) * 1000) },
      securityVersion,
      ...(typeof rec === 'string' && { recoveryId: rec }),
    };
  }

  return { issueEnrolment, readEnrolment, use: jwt.use };
}
