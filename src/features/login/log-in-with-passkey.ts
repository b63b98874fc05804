import type { AuditEvent } from '../../domain/audit/events.ts';
import { challengeInvalid, methodNotAllowed } from '../../domain/mfa/mfa-problems.ts';
import type { MFAProvider, Show } from '../../domain/mfa/provider.ts';
import { rankOf } from '../../domain/policy/assurance-level.ts';
import { type AreaName, admitsRoles, takesPasskey } from '../../domain/policy/policy.ts';
import { forbidden, invalidCredentials } from '../../domain/sessions/login-problems.ts';
import { challengeSeconds } from '../../domain/throttling/send-limits.ts';
import { networkOf } from '../../lib/client-info.ts';
import { hashOf } from '../../lib/crypto/secret-token.ts';
import { invalidField, Problem, slugOf, tooManyAttempts } from '../../lib/problem.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { AuditContext, RequestContext } from '../../platform/kernel/request-context.ts';
import { writeAudit } from '../audit/audit-store.ts';
import type { ClaimedAttempt } from '../mfa/attempt-store.ts';
import { dataOf, encryptJson, factorData } from '../mfa/factor-store.ts';
import { recordPass } from '../mfa/outcome-store.ts';
import { parseAnswer } from '../mfa/verification.ts';
import { auditReportOnlyPasskey } from '../policy/report-only-policy.ts';
import { type GrantedSession, grantByPasskey } from '../sessions/grant-session.ts';
import { basisOf } from '../sessions/overtaken.ts';
import { releaseOwnPassword } from '../throttling/own-password-store.ts';
import { recordWrongPassword, type ThrottleKey, throttleKey } from '../throttling/password-throttle-store.ts';
import { noticesAfterFailures } from './login-outcome.ts';
import { recordRefusedLogin } from './login-store.ts';
import { type FoundPasskey, insertPasskeyChallenge, reservePasskey } from './passkey-login-store.ts';

/*
 * The story of a login by a passkey alone:
 *
 * 1. `POST /auth/passkey/options` gives a challenge to anybody. The service keeps its hash, its area and its end.
 * 2. `POST /auth/passkey/verify` brings what the authenticator signed. `reservePasskey` uses the challenge up, reserves an
 *    attempt at the credential and finds it, in one statement (passkey-login-store.ts).
 * 3. The signature is verified (mfa/providers/webauthn.ts): challenge, origin, domain, user verification, sign count. For
 *    an unknown credential, a disabled account or a foreign user handle, the same work is done with a key that nobody
 *    has. All of them get one answer (401) at one cost.
 * 4. `recordPass` opens the session as it does for a second factor (mfa/outcome-store.ts). It writes only if the account
 *    and the credential are still as step 2 found them.
 *
 * A right answer takes two round trips to the database, and so does a wrong one.
 */

type Passkey = NonNullable<MFAProvider['passkey']>;
type PasskeyProvider = MFAProvider & { readonly passkey: Passkey };

/** Begins a login by passkey. Throws 403 method-not-allowed if the area does not take passkeys alone. */
export async function beginPasskeyLogin(
  deps: Pick<Deps, 'db' | 'providers'>,
  ctx: RequestContext,
  area: AreaName,
): Promise<{ readonly show: Show; readonly expiresInSeconds: number }> {
  const provider = passkeyProviders(deps).find((one) => takesPasskey(ctx.policies[area], one));
  if (!provider) throw noPasskeyHere(area);
  const { challenge, show } = await provider.passkey.prompt();
  const expiresAt = new Date(ctx.now.getTime() + challengeSeconds * 1000);
  await insertPasskeyChallenge(deps.db, { challengeHash: hashOf(challenge), area, expiresAt }, ctx.now);
  return { show, expiresInSeconds: challengeSeconds };
}

/**
 * Checks the answer of a passkey and opens the session. Throws 400 if it can be no such answer, and 401 challenge-invalid
 * if its challenge is unknown, used or over. Throws 401 invalid-credentials, 403 or 429.
 */
export async function logInWithPasskey(
  deps: Deps,
  ctx: RequestContext,
  response: unknown,
): Promise<GrantedSession> {
  let area: AreaName | null = null;
  const learn = (found: AreaName | null) => {
    area = found;
  };
  try {
    const opened = await openByPasskey(deps, ctx, response, learn);
    deps.metrics.login(area ?? 'none', 'opened');
    return opened;
  } catch (error) {
    deps.metrics.login(area ?? 'none', error instanceof Problem ? slugOf(error) : 'error');
    throw error;
  }
}

async function openByPasskey(
  deps: Deps,
  ctx: RequestContext,
  response: unknown,
  learn: (area: AreaName | null) => void,
): Promise<GrantedSession> {
  const { provider, answer, claim } = claimed(deps, response);
  const key = throttleKey(`passkey:${claim.uniqueId}`, networkOf(ctx.client.ip));
  const throttle = { ...key, limits: deps.passwordLimits };
  const asked = { challengeHash: hashOf(claim.challenge), method: provider.method, uniqueId: claim.uniqueId };
  const reserved = await reservePasskey(deps.db, { ...asked, throttle }, ctx.now);
  if (!reserved.admitted) throw await refuseTooMany(deps, ctx, reserved);

  const { area, passkey: found, wrongBefore } = reserved;
  learn(area);
  if (area === null || !takesPasskey(ctx.policies[area], provider)) {
    await releaseOwnPassword(deps.db, throttle); // nothing was compared
    throw area === null ? challengeInvalid() : noPasskeyHere(area);
  }
  const state = provider.passkey.stateOf(claim.challenge);
  const verified = await verify(deps, ctx, { provider, found, answer, state });
  if (!verified || !found) {
    deps.metrics.verification(provider.method, 'failed');
    throw await refuse(deps, ctx, { throttle, event: failure(provider, area, found) });
  }

  const { user } = found;
  const basis = basisOf(user);
  const about = { userId: user.id, area, method: provider.method, factorId: found.id };
  if (!admitsRoles(ctx.policies[area], user.roles)) {
    const event = { type: 'authz_fail', outcome: 'refused', ...about, detail: { reason: 'area' } } as const;
    if (!(await recordRefusedLogin(deps.db, ctx, { basis, throttle, event })))
      throw await refuse(deps, ctx, { throttle, event: failure(provider, area, found, overtaken) });
    throw forbidden({ detail: `This account has no access to the area ${area}.` });
  }
  await auditReportOnlyPasskey(deps, ctx, { userId: user.id, area }, provider);

  const by = { provider, factorId: found.id };
  const grant = grantByPasskey(ctx.policies, { userId: user.id, area, by, now: ctx.now });
  const won = await recordPass(deps.db, ctx, {
    ...{ grant, throttle, approved: false, rank: rankOf(provider.level) },
    ...{ found: attemptOf(found, area, ctx.now), candidate: candidateOf(found, provider) },
    dataSealed: encryptJson(deps.vault, verified.data, factorData(found)),
    uniqueId: claim.uniqueId,
    // It came without a list of credentials, so the authenticator keeps it itself.
    authenticator: { isPasskey: true, aaguid: null },
    event: {
      ...{ type: 'mfa_passed', outcome: 'success', ...about, sessionId: grant.id },
      detail: { at: 'login', alone: true },
    },
    mails: noticesAfterFailures(deps, ctx, {
      ...{ user, factors: found.others, wrongBefore, aboutOf: (wrongPasskeys) => ({ wrongPasskeys }) },
    }),
  });
  if (!won) throw await refuse(deps, ctx, { throttle, event: failure(provider, area, found, overtaken) });
  deps.metrics.verification(provider.method, 'passed');
  return { grant, roles: user.roles, tokenGeneration: won.tokenGeneration };
}

const overtaken = 'account changed meanwhile';

function passkeyProviders({ providers }: Pick<Deps, 'providers'>): readonly PasskeyProvider[] {
  return [...providers.values()].filter((one): one is PasskeyProvider => one.passkey !== undefined);
}

function claimed(deps: Pick<Deps, 'providers'>, response: unknown) {
  for (const provider of passkeyProviders(deps)) {
    const parsed = parseAnswer(provider, { kind: 'ceremony', response });
    const claim = parsed.success ? provider.passkey.claimOf(parsed.data) : null;
    if (claim) return { provider, answer: parsed.data, claim };
  }
  throw invalidField('#/response', 'This is no answer of a passkey that names its account');
}

/**
 * The data of the credential after the answer, or null. If the credential cannot be the right one, the provider verifies
 * the answer against a key that nobody has, so that the refusal takes as long.
 */
async function verify(
  deps: Pick<Deps, 'vault'>,
  ctx: AuditContext,
  {
    provider,
    found,
    answer,
    state,
  }: {
    readonly provider: PasskeyProvider;
    readonly found: FoundPasskey | null;
    readonly answer: unknown;
    readonly state: unknown;
  },
): Promise<{ readonly data: unknown } | null> {
  const { method, passkey } = provider;
  const own = found?.user.active ? dataOf(deps, provider, found) : null;
  const isOwn = own !== null && passkey.isOwners(own, answer);
  const data = isOwn ? own : await passkey.decoyFor(answer);
  const { id = '', userId = '', version = 0, user = nobody } = found ?? {};
  const factor = { id, userId, method, data, version };
  const verdict = await provider.verify(
    { factor, state, answer },
    { now: ctx.now, from: ctx.client.ip, user },
  );
  return isOwn && verdict.outcome === 'passed' ? { data: verdict.data } : null;
}

const nobody = { id: '', username: '', email: null, language: null };

function failure(
  { method }: MFAProvider,
  area: AreaName,
  found: FoundPasskey | null,
  reason?: string,
): AuditEvent {
  const whose = { userId: found?.userId ?? null, factorId: found?.id ?? null };
  const why = reason === undefined ? {} : { detail: { reason } };
  return { type: 'authn_login_fail', outcome: 'failure', area, method, ...whose, ...why };
}

/** Writes the failure. The attempt stays counted. */
async function refuse(
  deps: Pick<Deps, 'db'>,
  ctx: AuditContext,
  { throttle, event }: { readonly throttle: ThrottleKey; readonly event: AuditEvent },
) {
  await recordWrongPassword(deps.db, ctx, throttle, event);
  return invalidCredentials({ detail: 'Invalid credentials' });
}

async function refuseTooMany(
  deps: Pick<Deps, 'db'>,
  ctx: AuditContext,
  { userId, retryAfterSeconds }: { readonly userId: string | null; readonly retryAfterSeconds: number },
) {
  const event = { type: 'excess_rate_limit_exceeded', outcome: 'refused', userId } as const;
  await writeAudit(deps.db, ctx, event);
  return tooManyAttempts('password', {
    detail: 'Too many wrong answers of this passkey from this network. Wait, then try again.',
    retry_after: retryAfterSeconds,
  });
}

function noPasskeyHere(area: AreaName) {
  return methodNotAllowed({ detail: `The area ${area} takes no passkey in place of the password.` });
}

function candidateOf({ id, label, dataSealed, version }: FoundPasskey, { method }: MFAProvider) {
  return { id, method, label, dataSealed, version, pending: false, challenge: null };
}

/** The attempt as the second step of a login would have it. The throttle of the second factor counted nothing. */
function attemptOf({ user }: FoundPasskey, area: AreaName, now: Date): ClaimedAttempt {
  const { id: userId, username, email, language, roles, securityVersion } = user;
  return {
    ...{
      userId,
      username,
      email,
      language,
      roles,
      securityVersion,
      area,
      authTime: now,
      open: true,
      alive: true,
    },
    ...{ loginId: null, sessionId: null, sessionEndsAt: null, sessionAcr: null, sessionAmr: null },
    ...{ claimed: false, inARow: null, rank: null, reportedUntil: null, candidates: [] },
  };
}
