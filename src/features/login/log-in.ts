import type { AuditEvent } from '../../domain/audit/events.ts';
import { malformedCode } from '../../domain/mfa/codes.ts';
import { methodNotAllowed } from '../../domain/mfa/mfa-problems.ts';
import { primaryFactors } from '../../domain/mfa/primary-factors.ts';
import type { AreaName } from '../../domain/policy/policy.ts';
import { admitsRoles, takesPassword } from '../../domain/policy/policy.ts';
import { requirementFor } from '../../domain/policy/rollout.ts';
import { forbidden, invalidCredentials } from '../../domain/sessions/login-problems.ts';
import { networkOf } from '../../lib/client-info.ts';
import { tooManyAttempts } from '../../lib/problem.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { AuditContext, RequestContext } from '../../platform/kernel/request-context.ts';
import { writeAudit } from '../audit/audit-store.ts';
import { eligibleFactors, enrollableMethods, preferCheaperFactor } from '../mfa/eligible-factors.ts';
import { parseAnswer } from '../mfa/verification.ts';
import { auditReportOnlyLogin } from '../policy/report-only-policy.ts';
import { startGrace } from '../policy/start-grace.ts';
import { grantByPassword } from '../sessions/grant-session.ts';
import { basisOf, refuseOvertaken } from '../sessions/overtaken.ts';
import { recordWrongPassword, throttleKey } from '../throttling/password-throttle-store.ts';
import { compareReserved, reserveInTurn } from '../throttling/reserve-in-turn.ts';
import { beginChallenge } from './begin-challenge.ts';
import { logInWithCode } from './log-in-with-code.ts';
import { logInWithTrustedDevice } from './log-in-with-trusted-device.ts';
import { type LoginInput, type LoginOutcome, loginNotices, type PasswordVerified } from './login-outcome.ts';
import { findForLogin, recordLogin, recordRefusedLogin } from './login-store.ts';
import { rehashPassword } from './rehash-password.ts';

/*
 * The story of `POST /auth/login`:
 *
 * 1. The route checks the body (api/auth/login-routes.ts). An area that takes only passkeys refuses every password: 403,
 *    the same for every name, before anything is counted.
 * 2. `findForLogin` reserves an attempt and finds the user and the factors, in one statement (login-store.ts). Attempts
 *    of one name from one network take turns (throttling/reserve-in-turn.ts). The throttle refuses too many: 429.
 * 3. The password is compared with the stored hash (`compareReserved`, in throttling/reserve-in-turn.ts;
 *    passwords/password-hash.ts). For an unknown name, the same work is done on a hash that no password matches.
 * 4. An unknown name, a disabled account and a wrong password get one answer (401) at one cost. `recordWrongPassword`
 *    writes the failure (throttling/password-throttle-store.ts).
 * 5. `afterPassword` decides what a right password leads to (below; domain/policy/rollout.ts):
 *    - the area does not admit the user's roles: 403;
 *    - a code came with the password: log-in-with-code.ts checks it by mfa/verify-answer.ts;
 *    - no factor is required: `recordLogin` opens the session (login-store.ts, sessions/grant-session.ts);
 *    - the token of a trusted device came: log-in-with-trusted-device.ts opens the session;
 *    - a factor is required: begin-challenge.ts opens a challenge (mfa/open-challenge.ts) and hands out the temp token.
 *      The client answers at `POST /auth/mfa/verify`: see mfa/verify-answer.ts;
 *    - a factor is required and the user has none: 403 with an enrolment token; none that counts in the area: 403.
 * 6. Each of these writes only if the account is still as step 2 found it. Otherwise the answer is that of a wrong
 *    password (sessions/overtaken.ts).
 * 7. `rehashPassword` replaces a hash of older parameters (rehash-password.ts).
 * 8. The route issues the tokens (api/auth/login-schemas.ts, tokens/tokens.ts).
 *
 * A login takes two round trips to the database beside the hash.
 */

/** Checks the password and decides what the login leads to. Throws 400, 401, 403, 429 or 503. */
export async function logIn(deps: Deps, arrived: RequestContext, input: LoginInput): Promise<LoginOutcome> {
  assertTypeable(deps, input.mfaToken);
  if (!takesPassword(arrived.policies[input.area]))
    throw methodNotAllowed({ detail: `The area ${input.area} takes no password. Log in with a passkey.` });
  const username = storedName(input.username);
  const network = networkOf(arrived.client.ip);
  const throttle = { ...throttleKey(username, network), limits: deps.passwordLimits };
  const reserved = await reserveInTurn(throttle, (when) => findForLogin(deps.db, username, throttle, when));
  const ctx = { ...arrived, now: new Date() }; // after the attempt has waited for its turn
  if (!reserved.admitted) {
    await writeAudit(deps.db, ctx, {
      type: 'excess_rate_limit_exceeded',
      outcome: 'refused',
      userId: reserved.userId,
      area: input.area,
    });
    throw tooManyAttempts('password', {
      detail: 'Too many wrong passwords from this network. Wait, then try again.',
      retry_after: reserved.retryAfterSeconds,
    });
  }
  const { user, factors, wrongBefore } = reserved;
  const matches = await compareReserved(deps, throttle, user?.passwordHash ?? null, input.password);
  if (!matches || !user?.active) {
    await recordWrongPassword(deps.db, ctx, throttle, wrongPassword(input.area, user?.id ?? null));
    throw invalidCredentials({ detail: 'Invalid credentials' });
  }
  const outcome = await afterPassword(deps, ctx, { user, factors, throttle, wrongBefore, input });
  await rehashPassword(deps, user, input.password, network);
  return outcome;
}

/** Refuses a code (400) that no challengeless method could take, before the password is counted or compared. */
function assertTypeable({ providers }: Pick<Deps, 'providers'>, code: string | undefined): void {
  if (code === undefined) return;
  const challengeless = [...providers.values()].filter((provider) => provider.challengeless);
  if (!challengeless.some((provider) => parseAnswer(provider, { kind: 'code', code }).success))
    throw malformedCode('#/mfa_token');
}

async function afterPassword(
  deps: Deps,
  ctx: RequestContext,
  verified: PasswordVerified,
): Promise<LoginOutcome> {
  const { user, factors, throttle, input } = verified;
  const { area } = input;
  const policy = ctx.policies[area];
  if (!admitsRoles(policy, user.roles)) {
    await recordRefusal(deps, ctx, verified, 'area');
    throw forbidden({ detail: `This account has no access to the area ${area}.` });
  }

  const enrolled = primaryFactors(factors).length > 0;
  const usable = eligibleFactors(deps, policy, factors, user.passwordByMail);
  if (input.mfaToken !== undefined && enrolled) return logInWithCode(deps, ctx, verified, usable);

  await auditReportOnlyLogin(deps, ctx, { area, user: { ...user, enrolled }, factors });
  const requirement = requirementFor(policy, ctx.rollout, { ...user, enrolled }, ctx.now);
  if (requirement.ask === 'nothing') {
    const { graceUntil, encouraged } = requirement;
    const grant = grantByPassword(ctx.policies, user.id, area, ctx.now);
    const mails = loginNotices(deps, ctx, verified);
    const won = await recordLogin(deps.db, ctx, { basis: basisOf(user), throttle, grant, mails });
    if (!won) await refuseOvertaken(deps, ctx, user, area);
    if (graceUntil) await startGrace(deps, ctx, user, graceUntil);
    return { status: 'opened', grant, roles: user.roles, tokenGeneration: 0, graceUntil, encouraged };
  }
  if (requirement.ask === 'factor' && usable.length > 0) {
    const tried = await logInWithTrustedDevice(deps, ctx, verified);
    if (tried.status === 'opened') return tried;
    const ordered = await preferCheaperFactor(deps, usable);
    const begun = await beginChallenge(deps, ctx, { ...verified, distrusted: tried.reason }, ordered);
    // A grant: the provider did not answer, and the area then waives the second factor.
    if ('grant' in begun) return { status: 'opened', ...begun, roles: user.roles, tokenGeneration: 0 };
    return { status: 'challenged', ...begun };
  }
  await recordRefusal(deps, ctx, verified, enrolled ? 'method' : 'not enrolled');
  if (enrolled) throw methodNotAllowed({ detail: noFactorCounts(area) });
  const principal = { userId: user.id, area, authTime: ctx.now, securityVersion: user.securityVersion };
  const graceEndedAt = requirement.ask === 'enrolment' ? requirement.graceEndedAt : null;
  return { status: 'must-enrol', ...principal, methods: enrollableMethods(deps, policy), graceEndedAt };
}

/**
 * Names are stored in lower-case ASCII. Any other name stays as it is and matches nobody. Lower-casing it could turn a
 * look-alike (the Kelvin sign) into the name of another user.
 */
export function storedName(typed: string): string {
  return /^[\x21-\x7e]+$/.test(typed) ? typed.toLowerCase() : typed;
}

function wrongPassword(area: AreaName, userId: string | null): AuditEvent {
  return { type: 'authn_login_fail', outcome: 'failure', method: 'password', area, userId };
}

/** The password was right, but the login is refused. */
async function recordRefusal(
  deps: Deps,
  ctx: AuditContext,
  { user, throttle, input }: PasswordVerified,
  reason: string,
): Promise<void> {
  const about = { userId: user.id, area: input.area, detail: { reason } };
  const event = { type: 'authz_fail', outcome: 'refused', ...about } as const;
  const won = await recordRefusedLogin(deps.db, ctx, { basis: basisOf(user), throttle, event });
  if (!won) await refuseOvertaken(deps, ctx, user, input.area);
}

function noFactorCounts(area: AreaName): string {
  return `None of your factors counts in the area ${area}. Log in to the area public, enrol another method there, then come back.`;
}
