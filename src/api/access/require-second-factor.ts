import type { FastifyRequest } from 'fastify';
import type { MFAProvider } from '../../domain/mfa/provider.ts';
import { freshSeconds, isFresh, type Shown } from '../../domain/mfa/reauthentication.ts';
import { counts, type Policy, satisfies } from '../../domain/policy/policy.ts';
import { type Demand, demandAtSensitive } from '../../domain/policy/rollout.ts';
import type { Bearer } from '../../domain/sessions/principal.ts';
import { usableIn } from '../../features/mfa/eligible-factors.ts';
import { listFactors } from '../../features/mfa/factor-store.ts';
import { spendCode } from '../../features/mfa/redeem-code.ts';
import { stepUpRequired } from '../../features/mfa/require-reauthentication.ts';
import { startGrace } from '../../features/policy/start-grace.ts';
import { originOf } from '../../platform/http/requests.ts';
import { type GateDeps, isProof, proofOf } from './authenticate.ts';
import { mustEnrol, refuse } from './deny.ts';
import type { Admitted, Rule } from './rule.ts';

export type Step = Pick<Admitted, 'shown' | 'left'>;

/**
 * What somebody has shown beyond the password, as far as a rule asks for it: by the session, by a proof, or by a code,
 * which is spent. Throws 403 where nothing of it would do.
 */
export async function secondStepOf(
  request: FastifyRequest,
  bearer: Bearer,
  mfa: NonNullable<Rule['mfa']>,
  now: Date,
): Promise<Step> {
  const deps = request.server.gate;
  const { area, user, method } = bearer.session;
  const policy = deps.policies[area];
  const demand = demandAtSensitive(deps.rollout, user, now);
  if (demand.ask === 'enrolment') return refuse(request, bearer, mustEnrol(deps, area, demand), now);
  if (demand.ask === 'nothing') {
    if (mfa !== 'if_enrolled')
      return refuse(request, bearer, mustEnrol(deps, area, { graceEndedAt: null }), now);
    await noteGrace(request, bearer, demand, now);
    return { shown: bearer };
  }

  const serves = (shown: Shown & { readonly method: string | null }) =>
    shown.mfaTime !== null && satisfies(policy, shown) && (mfa !== 'fresh' || isFresh(shown.mfaTime, now));
  const asked = (help: string) =>
    stepUpRequired(policy.minLevel, help, mfa === 'fresh' ? freshSeconds : undefined);
  if (serves({ ...bearer, method })) return { shown: bearer };

  const value = request.headers['x-mfa-token'];
  if (typeof value !== 'string' || value === '') {
    return refuse(request, bearer, asked('Send a code or a proof as X-MFA-Token.'), now);
  }
  if (isProof(value)) {
    const proof = proofOf(deps, value, bearer);
    if (serves(proof)) return { shown: proof };
    return refuse(request, bearer, asked('This proof is too weak here, or too old.'), now);
  }
  const backup = await backupTaken(deps, bearer, value, policy);
  const accepts = (one: MFAProvider) =>
    (!one.backup || one.method === backup) && counts(policy, one.method, one.level);
  const rule = { event: 'mfa_passed', at: 'guard', pointer: 'X-MFA-Token', accepts } as const;
  const { provider, left } = await spendCode(deps, bearer, value, rule, originOf(request), now);
  return { shown: { level: provider.level, mfaTime: now }, left };
}

/**
 * The method of a recovery code, where one came and the area takes it here. It stands in for a factor that counts, as at a
 * login; to see whether there is one costs a round trip. A bypass code is for a login alone.
 */
async function backupTaken(deps: GateDeps, { session }: Bearer, code: string, policy: Policy) {
  const method = 'recovery_code';
  const provider = policy.recoveryCodeAtGuard ? deps.providers.get(method) : undefined;
  if (!provider?.answer.safeParse({ code }).success) return null;
  const factors = await listFactors(deps.db, session.userId);
  return usableIn(deps, policy, factors, false).some((factor) => factor.method === method) ? method : null;
}

/** Somebody without a factor at a sensitive route, while the rollout still gives them time. */
async function noteGrace(
  request: FastifyRequest,
  { session }: Bearer,
  { graceUntil }: Extract<Demand, { ask: 'nothing' }>,
  now: Date,
): Promise<void> {
  if (!graceUntil || session.user.graceEndsAt) return;
  const { gate } = request.server;
  const user = { id: session.userId, graceEndsAt: null };
  await startGrace(gate, user, graceUntil, originOf(request), now);
  gate.sessions.forgetUser(session.userId);
}
