import type { AuditEvent } from '../../domain/audit/events.ts';
import { malformedCode } from '../../domain/mfa/codes.ts';
import { methodNotAllowed } from '../../domain/mfa/mfa-problems.ts';
import type { AreaName } from '../../domain/policy/policy.ts';
import { admitsRoles } from '../../domain/policy/policy.ts';
import { requirementFor } from '../../domain/policy/rollout.ts';
import { forbidden, invalidCredentials } from '../../domain/sessions/login-problems.ts';
import { type ClientInfo, networkOf } from '../../lib/client-info.ts';
import { tooManyAttempts } from '../../lib/problem.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import { writeAudit } from '../audit/audit-store.ts';
import { eligibleFactors, enrollableMethods } from '../mfa/eligible-factors.ts';
import { preferCheaperFactor } from '../mfa/prefer-cheaper-factor.ts';
import { rehashPassword } from '../passwords/verify-current-password.ts';
import { auditReportOnlyLogin } from '../policy/report-only-policy.ts';
import { startGrace } from '../policy/start-grace.ts';
import { grantByPassword } from '../sessions/grant-session.ts';
import { basisOf, refuseOvertaken } from '../sessions/overtaken.ts';
import { recordWrongPassword, throttleKey } from '../throttling/password-throttle-store.ts';
import { compareReserved, reserveInTurn } from '../throttling/pay-in-turn.ts';
import { beginChallenge } from './begin-challenge.ts';
import { logInWithCode } from './log-in-with-code.ts';
import { logInWithTrustedDevice } from './log-in-with-trusted-device.ts';
import { loginNotices } from './login-notices.ts';
import type { LoginInput, LoginOutcome, PasswordVerified } from './login-outcome.ts';
import { findForLogin, recordLogin, recordRightPassword } from './login-store.ts';

/**
 * The first factor. Unknown, disabled and wrong are one answer at one cost: each is paid for, and each costs a hash.
 * Two round trips beside the hash. Whatever is granted is granted on the account as the first of them found it: where it was
 * changed meanwhile, the second writes nothing.
 */
export async function logIn(deps: Deps, input: LoginInput, origin: ClientInfo): Promise<LoginOutcome> {
  assertTypeable(deps, input.mfaToken);
  const username = storedName(input.username);
  const network = networkOf(origin.ip);
  const throttle = throttleKey(username, network);
  const paid = await reserveInTurn(throttle, (when) => findForLogin(deps.db, username, throttle, when));
  const now = new Date();
  if (!paid.admitted) {
    await writeAudit(
      deps.db,
      { type: 'excess_rate_limit_exceeded', outcome: 'refused', userId: paid.userId, area: input.area },
      origin,
      now,
    );
    throw tooManyAttempts('password', {
      detail: 'Too many wrong passwords from this network. Wait, then try again.',
      retry_after: paid.retryAfterSeconds,
    });
  }
  const { user, factors, wrongBefore } = paid;
  const right = await compareReserved(deps, throttle, user?.passwordHash ?? null, input.password);
  if (!right || !user?.active) {
    await recordWrongPassword(deps.db, throttle, wrongPassword(input.area, user?.id ?? null), origin, now);
    throw invalidCredentials({ detail: 'Invalid credentials' });
  }
  const outcome = await pastPassword(deps, { user, factors, throttle, wrongBefore, input }, origin, now);
  await rehashPassword(deps, user, input.password, network);
  return outcome;
}

/** Of nobody's account: a text that no code in the hand can be is 400, before the password is looked at or counted. */
function assertTypeable({ providers }: Pick<Deps, 'providers'>, code: string | undefined): void {
  if (code === undefined) return;
  const inHand = [...providers.values()].filter(({ challengeless: standing }) => standing);
  if (!inHand.some(({ answer }) => answer.safeParse({ code }).success)) throw malformedCode('#/mfa_token');
}

async function pastPassword(
  deps: Deps,
  right: PasswordVerified,
  origin: ClientInfo,
  now: Date,
): Promise<LoginOutcome> {
  const { user, factors, throttle, input } = right;
  const { area } = input;
  const policy = deps.policies[area];
  if (!admitsRoles(policy, user.roles)) {
    await recordRefusal(deps, right, 'area', origin, now);
    throw forbidden({ detail: `This account has no access to the area ${area}.` });
  }

  const enrolled = factors.some((factor) => !factor.isBackup);
  const usable = eligibleFactors(deps, policy, factors, user.passwordByMail);
  if (input.mfaToken !== undefined && enrolled) return logInWithCode(deps, right, usable, origin, now);

  await auditReportOnlyLogin(deps, area, { ...user, enrolled }, factors, origin, now);
  const requirement = requirementFor(policy, deps.rollout, { ...user, enrolled }, now);
  if (requirement.ask === 'nothing') {
    const { graceUntil, encouraged } = requirement;
    const grant = grantByPassword(deps.policies, user.id, area, now);
    const mails = loginNotices(deps, right, origin, now);
    const won = await recordLogin(deps.db, basisOf(user), throttle, grant, null, mails, origin, now);
    if (!won) await refuseOvertaken(deps, user, area, origin, now);
    if (graceUntil) await startGrace(deps, user, graceUntil, origin, now);
    return { status: 'opened', grant, roles: user.roles, tokenGeneration: 0, graceUntil, encouraged };
  }
  if (requirement.ask === 'factor' && usable.length > 0) {
    const tried = await logInWithTrustedDevice(deps, right, origin, now);
    if (tried.status === 'opened') return tried;
    const ordered = await preferCheaperFactor(deps, usable);
    const begun = await beginChallenge(deps, { ...right, distrusted: tried.reason }, ordered, origin, now);
    if ('grant' in begun) return { status: 'opened', ...begun, roles: user.roles, tokenGeneration: 0 };
    return { status: 'challenged', ...begun };
  }
  await recordRefusal(deps, right, enrolled ? 'method' : 'not enrolled', origin, now);
  if (enrolled) throw methodNotAllowed({ detail: unusable(area) });
  const principal = { userId: user.id, area, authTime: now, securityVersion: user.securityVersion };
  const graceEndedAt = requirement.ask === 'enrolment' ? requirement.graceEndedAt : null;
  return { status: 'must-enrol', ...principal, methods: enrollableMethods(deps, area), graceEndedAt };
}

/**
 * Names are stored in lower-case ASCII. Others are left as they are and match nobody: lower-casing them could
 * turn a look-alike (the Kelvin sign) into somebody else's name.
 */
export function storedName(typed: string): string {
  return /^[\x21-\x7e]+$/.test(typed) ? typed.toLowerCase() : typed;
}

function wrongPassword(area: AreaName, userId: string | null): AuditEvent {
  return { type: 'authn_login_fail', outcome: 'failure', method: 'password', area, userId };
}

/** The password was right and opens nothing. */
async function recordRefusal(
  deps: Deps,
  { user, throttle, input }: PasswordVerified,
  reason: string,
  origin: ClientInfo,
  now: Date,
): Promise<void> {
  const about = { userId: user.id, area: input.area, detail: { reason } };
  const event = { type: 'authz_fail', outcome: 'refused', ...about } as const;
  const won = await recordRightPassword(deps.db, basisOf(user), throttle, event, origin, now);
  if (!won) await refuseOvertaken(deps, user, input.area, origin, now);
}

function unusable(area: AreaName): string {
  return `None of your factors counts in the area ${area}. Log in to the area public, enrol another method there, then come back.`;
}
