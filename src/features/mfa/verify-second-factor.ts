import type { Db } from '../../../db/connect.ts';
import type { GivenDevice } from '../../domain/devices/device-trust.ts';
import { isNoCode, malformedCode } from '../../domain/mfa/codes.ts';
import { challengeInvalid, mfaTokenInvalid } from '../../domain/mfa/mfa-problems.ts';
import type { MFAProvider } from '../../domain/mfa/provider.ts';
import { levelOf, reaches } from '../../domain/policy/assurance-level.ts';
import { counts, mayEnter } from '../../domain/policy/policy.ts';
import type { Origin } from '../../lib/client-info.ts';
import { hashOf } from '../../lib/crypto/secret-token.ts';
import { invalidField } from '../../lib/problem.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import { type DeviceOwner, type Remember, trustDevice } from '../devices/trust-device.ts';
import {
  type By,
  factorOpening,
  type Opened,
  raisedOpening,
  waivedOpening,
} from '../sessions/grant-session.ts';
import { tellSessionsChanged } from '../sessions/session-store.ts';
import { type Found, loginDoor } from './attempt-store.ts';
import { listFactors } from './factor-store.ts';
import { mailAddressesOf } from './notice-addresses.ts';
import type { Answer, Meaning, Passed } from './verification.ts';
import { attempt, providersFor } from './verify-answer.ts';

export type VerifyOutcome =
  | ({ readonly status: 'passed' } & Opened)
  | { readonly status: 'pending'; readonly retryAfterSeconds: number };

/**
 * Answers the challenge that a temp token leads to: the second step of a login, or a step-up. A recovery code is an
 * answer to every challenge. Two round trips, and two more where the device is to be trusted (`remember`). Throws 400
 * where the answer is none that any method could give (nothing is counted), 401 challenge-invalid, 403
 * mfa-token-invalid or mfa-token-used, 429 too-many-attempts.
 */
export async function verifyLogin(
  deps: Deps,
  tempToken: string,
  answer: Answer,
  remember: Remember | null,
  origin: Origin,
): Promise<VerifyOutcome> {
  const now = new Date();
  const methods = providersFor(deps, answer).map(({ method }) => method);
  if (methods.length === 0) throw malformed(answer);

  const accepts = (found: Found, provider: MFAProvider) => {
    if (!found.area) return false;
    const policy = deps.policies[found.area];
    const keepsLevel = found.sessionAcr === null || reaches(provider.level, levelOf(found.sessionAcr));
    return keepsLevel && mayEnter(policy, found.roles) && counts(policy, provider.method, provider.level);
  };
  const opens = (found: Found, by: By) => {
    if (!found.area) throw challengeInvalid();
    return found.sessionId
      ? raisedOpening(deps.policies, sessionOf(found), by, 'step-up', now)
      : factorOpening(deps.policies, found.userId, found.area, by, found.authTime, now);
  };
  const waives = (found: Found) => {
    const { userId, area, authTime, sessionId } = found;
    const may = area && !sessionId && deps.policies[area].providerBypass;
    return may ? waivedOpening(deps.policies, { userId, area, authTime }, 'provider_bypass', now) : null;
  };
  let device: GivenDevice | null = null;
  const alongside = async (tx: Db, { found, opening }: Passed) => {
    if (opening && remember)
      device = await trustDevice(
        { ...deps, db: tx },
        ownerOf(deps, tx, found),
        opening,
        remember,
        origin,
        now,
      );
  };
  const meaning: Meaning = {
    event: 'mfa_passed',
    at: (found) => (found.sessionId ? 'step_up' : 'login'),
    area: null,
    accepts,
    opens,
    waives,
    renews: ({ area }) => area !== null && deps.policies[area].newRecoveryCode,
    nothing: () => (isNoCode(answer) ? malformed(answer) : mfaTokenInvalid({ detail: 'Invalid MFA token' })),
    ...(remember && { alongside }),
  };

  const door = loginDoor(hashOf(tempToken), methods, now);
  const outcome = await attempt(deps, door, answer, meaning, origin, now);
  if (outcome.status === 'pending') return outcome;

  const { opening, found, generation, left, renewed } = outcome;
  if (!opening) throw new Error('A passed login opens a session');
  if (opening.raises) {
    deps.sessions.forgetUser(found.userId);
    await tellSessionsChanged(deps.db, found.userId); // the older tokens of the session die on every instance
  }
  return { status: 'passed', opening, roles: found.roles, generation, left, renewed, device };
}

/** Notices go to the address of the account and to those of its factors. */
function ownerOf(deps: Deps, tx: Db, { userId, username, email }: Found): DeviceOwner {
  const addresses = async () => [
    ...(email ? [email] : []),
    ...mailAddressesOf(deps, await listFactors(tx, userId)),
  ];
  return { username, addresses };
}

function malformed(answer: Answer) {
  if ('code' in answer) return malformedCode('#/mfa_token');
  if ('response' in answer) return invalidField('#/response', 'No enrolled method answers with this');
  return invalidField('#/mfa_token', 'Required: the code');
}

/** The session that a step-up's temp token raises. Throws where the login is none. */
export function sessionOf(found: Found) {
  const { sessionId, sessionEndsAt, area, userId, authTime } = found;
  if (!sessionId || !sessionEndsAt || !area) throw new Error('Not a step-up');
  return { id: sessionId, userId, area, authTime, expiresAt: sessionEndsAt };
}
