import type { FastifyRequest } from 'fastify';
import type { MFAProvider } from '../../domain/mfa/provider.ts';
import { type Assurance, isFresh, reauthMaxAgeSeconds } from '../../domain/mfa/reauthentication.ts';
import { acceptsMethod, type Policy, satisfies } from '../../domain/policy/policy.ts';
import { type MfaRequirement, requirementAtSensitive } from '../../domain/policy/rollout.ts';
import type { SessionPrincipal } from '../../domain/sessions/principal.ts';
import { eligibleFactors } from '../../features/mfa/eligible-factors.ts';
import { listFactors } from '../../features/mfa/factor-store.ts';
import { redeemCode } from '../../features/mfa/redeem-code.ts';
import { stepUpRequired } from '../../features/mfa/require-reauthentication.ts';
import { parseAnswer } from '../../features/mfa/verification.ts';
import { startGrace } from '../../features/policy/start-grace.ts';
import type { RequestContext } from '../../platform/kernel/request-context.ts';
import { type AccessDeps, isProof, proofOf } from './authenticate.ts';
import { deny, denyUnenrolled } from './deny.ts';
import type { Access, AccessRule } from './rule.ts';

export type Step = Pick<Access, 'shown' | 'left' | 'method'>;

/**
 * Checks the second step that a rule asks for. The session, a proof or a code may supply it, and a code is used up.
 * Throws 403 if none of them suffices, and 403 or 429 if a code is wrong.
 */
export async function secondStepOf(
  request: FastifyRequest,
  ctx: RequestContext,
  principal: SessionPrincipal,
  { mfa, maxAgeSeconds = mfa === 'fresh' ? reauthMaxAgeSeconds : undefined }: AccessRule,
): Promise<Step> {
  const deps = request.server.deps;
  const { area, user, method } = principal.session;
  const policy = ctx.policies[area];
  const requirement = requirementAtSensitive(ctx.rollout, user, ctx.now);
  if (requirement.ask === 'enrolment')
    return deny(request, ctx, principal, denyUnenrolled(deps, policy, requirement));
  if (requirement.ask === 'nothing') {
    if (mfa !== 'if_enrolled')
      return deny(request, ctx, principal, denyUnenrolled(deps, policy, { graceEndedAt: null }));
    await noteGrace(request, ctx, principal, requirement);
    return { shown: principal };
  }

  const serves = (shown: Assurance & { readonly method: string | null }) =>
    shown.mfaTime !== null &&
    satisfies(policy, shown) &&
    (maxAgeSeconds === undefined || isFresh(shown.mfaTime, ctx.now, maxAgeSeconds));
  const asked = (help: string) => stepUpRequired(policy.minLevel, help, maxAgeSeconds);
  if (serves({ ...principal, method })) return { shown: principal, method };

  const value = request.headers['x-mfa-token'];
  if (typeof value !== 'string' || value === '') {
    return deny(request, ctx, principal, asked('Send a code or a proof as X-MFA-Token.'));
  }
  if (isProof(value)) {
    const proof = proofOf(deps, value, principal);
    if (serves(proof)) return { shown: proof, method: proof.method };
    return deny(request, ctx, principal, asked('This proof is too weak here, or too old.'));
  }
  const backup = await backupTaken(deps, principal, value, policy);
  const accepts = (one: MFAProvider) =>
    (!one.backup || one.method === backup) && acceptsMethod(policy, one.method, one.level);
  const rule = { event: 'mfa_passed', at: 'guard', pointer: 'X-MFA-Token', accepts } as const;
  const { provider, left } = await redeemCode(deps, ctx, { principal, code: value, rule });
  return { shown: { level: provider.level, mfaTime: ctx.now }, left, method: provider.method };
}

/**
 * The method of a recovery code, if the caller sent one and the area accepts it here; else null. As at a login, it only
 * replaces a factor that counts in the area. That check costs a round trip, so it runs only for a recovery code.
 * A bypass code works only at a login.
 */
async function backupTaken(deps: AccessDeps, { session }: SessionPrincipal, code: string, policy: Policy) {
  const method = 'recovery_code';
  const provider = policy.recoveryCodeAtGuard ? deps.providers.get(method) : undefined;
  if (!provider || !parseAnswer(provider, { kind: 'code', code }).success) return null;
  const factors = await listFactors(deps.db, session.userId);
  return eligibleFactors(deps, policy, factors, false).some((factor) => factor.method === method)
    ? method
    : null;
}

/** Starts the grace period of a user without a factor, at the first request to a sensitive route. */
async function noteGrace(
  request: FastifyRequest,
  ctx: RequestContext,
  { session }: SessionPrincipal,
  { graceUntil }: Extract<MfaRequirement, { ask: 'nothing' }>,
): Promise<void> {
  if (!graceUntil || session.user.graceEndsAt) return;
  const { deps } = request.server;
  const user = { id: session.userId, graceEndsAt: null };
  await startGrace(deps, ctx, user, graceUntil);
  deps.sessions.forgetUser(session.userId);
}
