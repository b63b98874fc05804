import type { Db } from '../../../db/connect.ts';
import type { GivenDevice } from '../../domain/devices/device-trust.ts';
import { malformedCode } from '../../domain/mfa/codes.ts';
import { challengeInvalid, mfaTokenInvalid } from '../../domain/mfa/mfa-problems.ts';
import type { MFAProvider } from '../../domain/mfa/provider.ts';
import { levelOf, meets } from '../../domain/policy/assurance-level.ts';
import { acceptsMethod, admitsRoles } from '../../domain/policy/policy.ts';
import { hashOf } from '../../lib/crypto/secret-token.ts';
import { invalidField } from '../../lib/problem.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { RequestContext } from '../../platform/kernel/request-context.ts';
import { type DeviceOwner, type Remember, trustDevice } from '../devices/trust-device.ts';
import {
  elevateSession,
  type GrantedSession,
  grantBySecondFactor,
  grantWithWaiver,
  type PassedFactor,
} from '../sessions/grant-session.ts';
import { publishSessionsChanged } from '../sessions/session-store.ts';
import type { ClaimedAttempt } from './attempt-store.ts';
import { listFactors } from './factor-store.ts';
import { noticeAddressesOf } from './notify-owner.ts';
import {
  type Answer,
  isMalformedCode,
  type Passed,
  providersFor,
  type VerificationPurpose,
} from './verification.ts';
import { verifyAnswer } from './verify-answer.ts';

export type VerifyOutcome =
  | ({ readonly status: 'passed' } & GrantedSession)
  | { readonly status: 'pending'; readonly retryAfterSeconds: number };

/**
 * Answers the challenge of a temp token: the second step of a login, or a step-up. This is step 2 of the story in
 * verify-answer.ts. A recovery code answers every challenge. It takes two round trips, and two more to trust the device
 * (`remember`). Throws 400 if no method could take the answer, which is not counted. Throws 401 challenge-invalid, 403
 * mfa-token-invalid or mfa-token-used, or 429 too-many-attempts.
 */
export async function verifySecondFactor(
  deps: Deps,
  ctx: RequestContext,
  {
    tempToken,
    answer,
    remember,
  }: { readonly tempToken: string; readonly answer: Answer; readonly remember: Remember | null },
): Promise<VerifyOutcome> {
  const methods = providersFor(deps, answer).map(({ method }) => method);
  if (methods.length === 0) throw malformed(answer);

  const accepts = (found: ClaimedAttempt, provider: MFAProvider) => {
    if (!found.area) return false;
    const policy = ctx.policies[found.area];
    const keepsLevel = found.sessionAcr === null || meets(provider.level, levelOf(found.sessionAcr));
    return (
      keepsLevel && admitsRoles(policy, found.roles) && acceptsMethod(policy, provider.method, provider.level)
    );
  };
  const opens = (found: ClaimedAttempt, by: PassedFactor) => {
    if (!found.area) throw challengeInvalid();
    return found.sessionId
      ? elevateSession(ctx.policies, { session: sessionOf(found), by, elevation: 'step-up', now: ctx.now })
      : grantBySecondFactor(ctx.policies, {
          userId: found.userId,
          area: found.area,
          by,
          authTime: found.authTime,
          now: ctx.now,
        });
  };
  const waives = (found: ClaimedAttempt) => {
    const { userId, area, authTime, sessionId } = found;
    const may = area && !sessionId && ctx.policies[area].providerBypass;
    return may ? grantWithWaiver(ctx.policies, { userId, area, authTime }, 'provider_bypass', ctx.now) : null;
  };
  let device: GivenDevice | null = null;
  const alongside = async (tx: Db, { found, grant }: Passed) => {
    if (grant && remember)
      device = await trustDevice(tx, deps, ctx, {
        owner: ownerOf(deps, tx, found),
        grant,
        remember,
      });
  };
  const purpose: VerificationPurpose = {
    event: 'mfa_passed',
    at: (found) => (found.sessionId ? 'step_up' : 'login'),
    area: null,
    accepts,
    opens,
    waives,
    renews: ({ area }) => area !== null && ctx.policies[area].newRecoveryCode,
    noCandidate: () =>
      isMalformedCode(answer) ? malformed(answer) : mfaTokenInvalid({ detail: 'Invalid MFA token' }),
    ...(remember && { alongside }),
  };

  const target = { by: 'tempToken', tokenHash: hashOf(tempToken), methods } as const;
  const outcome = await verifyAnswer(deps, ctx, { target, answer, purpose });
  if (outcome.status === 'pending') return outcome;

  const { grant, found, tokenGeneration, left, renewed } = outcome;
  if (!grant) throw new Error('A passed login opens a session');
  if (grant.elevation) {
    deps.sessions.forgetUser(found.userId);
    await publishSessionsChanged(deps.db, found.userId); // every instance refuses the session's older tokens
  }
  return { status: 'passed', grant, roles: found.roles, tokenGeneration, left, renewed, device };
}

/** Notices go to the address of the account and to those of its factors. */
function ownerOf(deps: Deps, tx: Db, { userId, username, email, language }: ClaimedAttempt): DeviceOwner {
  const addresses = async () => [
    ...(email ? [email] : []),
    ...noticeAddressesOf(deps, await listFactors(tx, userId)),
  ];
  return { username, language, addresses };
}

function malformed(answer: Answer) {
  switch (answer.kind) {
    case 'code':
      return malformedCode('#/mfa_token');
    case 'ceremony':
      return invalidField('#/response', 'None of your methods takes such a response');
    case 'poll':
      return invalidField('#/mfa_token', 'Required: the code');
  }
}

/** The session that the temp token of a step-up elevates. Throws if the login is no step-up. */
function sessionOf(found: ClaimedAttempt) {
  const { sessionId, sessionEndsAt, sessionAmr: amr, area, userId, authTime } = found;
  if (!sessionId || !sessionEndsAt || !amr || !area) throw new Error('Not a step-up');
  return { id: sessionId, userId, area, amr, authTime, expiresAt: sessionEndsAt };
}
