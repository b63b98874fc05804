import { randomUUID } from 'node:crypto';
import type { AuditEvent } from '../../domain/audit/events.ts';
import { trustSeconds } from '../../domain/devices/device-trust.ts';
import { primaryFactors } from '../../domain/mfa/primary-factors.ts';
import type { SessionGrant } from '../../domain/sessions/session.ts';
import { isHeldBack, whyNotSent } from '../../domain/sms/sms-problems.ts';
import { lockSeconds } from '../../domain/throttling/second-factor-throttle.ts';
import { challengeSeconds } from '../../domain/throttling/send-limits.ts';
import { newSecretToken } from '../../lib/crypto/secret-token.ts';
import { Problem, Unreachable } from '../../lib/problem.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { RequestContext } from '../../platform/kernel/request-context.ts';
import { writeAudit } from '../audit/audit-store.ts';
import { cheapestFirst } from '../mfa/eligible-factors.ts';
import type { FactorRow } from '../mfa/factor-store.ts';
import { askForFactor, type Challenged } from '../mfa/open-challenge.ts';
import { type NewChallenge, recordPendingLogin } from '../mfa/pending-login-store.ts';
import { grantWithWaiver } from '../sessions/grant-session.ts';
import { basisOf, refuseOvertaken } from '../sessions/overtaken.ts';
import { loginNotices, type PasswordVerified } from './login-outcome.ts';
import { recordLogin } from './login-store.ts';

/** A login by password alone: the provider of the second factor does not answer, and the area allows that. */
export type Waived = { readonly grant: SessionGrant };

/**
 * The password was right. Opens the challenge of the default factor and returns the temp token.
 *
 * - If the code may not be sent yet (429), the temp token is valid, and the client asks for the code later.
 * - If the code cannot be sent at all, the refusal (503) carries the temp token and the other methods. The user can
 *   then choose another. The policy of an area may ask for another factor at once, or for none if there is no other.
 * - If this service refuses to send a text message, it asks for the cheapest other factor at once, in every area.
 */
export async function beginChallenge(
  deps: Deps,
  ctx: RequestContext,
  verified: PasswordVerified,
  factors: readonly FactorRow[],
): Promise<Challenged | Waived> {
  const { user, throttle, input, distrusted } = verified;
  const asked = primaryFactors(factors)[0] ?? factors[0];
  if (!asked) throw new Error('A challenge needs a factor');

  const tempToken = newSecretToken();
  const expiresAt = new Date(ctx.now.getTime() + challengeSeconds * 1000);
  const about = {
    userId: user.id,
    area: input.area,
    method: asked.method,
    factorId: asked.id,
    ...(distrusted && { detail: { reason: distrusted } }),
  };
  const failure = { type: 'mfa_send_failed', outcome: 'failure', ...about } as const;
  const record = async (challenge: NewChallenge | null, failed: AuditEvent) => {
    const login = {
      id: randomUUID(),
      tempToken,
      userId: user.id,
      area: input.area,
      sessionId: null,
      expiresAt,
      challenge,
    };
    const event = challenge ? ({ type: 'mfa_challenge', outcome: 'success', ...about } as const) : failed;
    const won = await recordPendingLogin(deps.db, ctx, { basis: basisOf(user), throttle, login, event });
    if (!won) await refuseOvertaken(deps, ctx, user, input.area);
  };

  const retryAfterSeconds = lockSeconds(user, ctx.now);
  const trustDeviceSeconds = trustSeconds(ctx.policies[input.area], { recovered: false, elevation: null });
  const begun = {
    tempToken,
    trustDeviceSeconds,
    expiresInSeconds: challengeSeconds,
    asked,
    factors,
    retryAfterSeconds,
  };
  try {
    const { challenge, show, resendSeconds } = await askForFactor(deps, {
      factor: asked,
      user,
      now: ctx.now,
      from: ctx.client.ip,
    });
    await record(challenge, failure);
    return { ...begun, show, sent: true, resendSeconds };
  } catch (error) {
    const resendSeconds = secondsToSend(error);
    if (resendSeconds !== null) {
      await record(null, { ...failure, ...whyNotSent(error) });
      return { ...begun, show: {}, sent: false, resendSeconds };
    }
    if (!(error instanceof Problem) || error.status !== 503) throw error;
    const { providerOutage } = ctx.policies[input.area];
    const heldBack = isHeldBack(error);
    const failed = { ...failure, ...whyNotSent(error) };
    if (heldBack || providerOutage !== 'closed') {
      const left = factors.filter(({ method }) => method !== asked.method);
      const others = heldBack ? cheapestFirst(deps, left) : left;
      if (primaryFactors(others).length > 0) {
        await writeAudit(deps.db, ctx, failed);
        return beginChallenge(deps, ctx, verified, others);
      }
      if (providerOutage === 'open' && error.cause instanceof Unreachable)
        return waive(deps, ctx, verified, asked);
    }
    await record(null, failed);
    throw withOtherWays(error, { tempToken, trustDeviceSeconds, methods: methodsShown(deps, factors) });
  }
}

/** The seconds until another code may be sent, if it is too early for one; null for any other error. */
function secondsToSend(error: unknown): number | null {
  if (!(error instanceof Problem) || error.status !== 429) return null;
  return Number(error.extensions.retry_after);
}

/** Never runs in `admin`: `assertPolicy` refuses `open` there. */
async function waive(
  deps: Deps,
  ctx: RequestContext,
  verified: PasswordVerified,
  factor: FactorRow,
): Promise<Waived> {
  const { user, throttle, input } = verified;
  const whose = { userId: user.id, area: input.area, authTime: ctx.now };
  const grant = grantWithWaiver(ctx.policies, whose, 'provider_outage', ctx.now);
  const { id: factorId, method } = factor;
  const about = { userId: user.id, area: input.area, method, factorId, sessionId: grant.id };
  const event = {
    type: 'mfa_waived',
    outcome: 'success',
    ...about,
    detail: { waived: grant.waived },
  } as const;
  const mails = loginNotices(deps, ctx, verified);
  const won = await recordLogin(deps.db, ctx, { basis: basisOf(user), throttle, grant, event, mails });
  if (!won) await refuseOvertaken(deps, ctx, user, input.area);
  return { grant };
}

/** The `methods` of an answer. They contain the factors with masked hints, and nothing else about the user. */
export function methodsShown({ providers }: Pick<Deps, 'providers'>, factors: readonly FactorRow[]) {
  return factors.map(({ method, id, label, hint }) => ({
    method,
    factor_id: id,
    label,
    hint,
    ...(providers.get(method)?.restricted && { restricted: true as const }),
  }));
}

function withOtherWays(
  problem: Problem,
  {
    tempToken,
    trustDeviceSeconds,
    methods,
  }: Pick<Challenged, 'tempToken' | 'trustDeviceSeconds'> & {
    readonly methods: ReturnType<typeof methodsShown>;
  },
): Problem {
  const more = {
    temp_token: tempToken,
    expires_in: challengeSeconds,
    methods,
    ...(trustDeviceSeconds !== null && { trust_device_seconds: trustDeviceSeconds }),
  };
  return new Problem(problem, { ...problem.extensions, ...more }, problem.cause, problem.limit);
}
