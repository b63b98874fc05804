import type { FastifyRequest } from 'fastify';
import { type AreaName, satisfies } from '../../domain/policy/policy.ts';
import { requirementFor } from '../../domain/policy/rollout.ts';
import { insufficientScope, invalidToken } from '../../domain/sessions/login-problems.ts';
import type { SessionPrincipal } from '../../domain/sessions/principal.ts';
import { writeAudit } from '../../features/audit/audit-store.ts';
import { stepUpRequired } from '../../features/mfa/require-reauthentication.ts';
import { auditReportOnlyRequest } from '../../features/policy/report-only-policy.ts';
import type { Problem } from '../../lib/problem.ts';
import type { RequestContext } from '../../platform/kernel/request-context.ts';
import { type AccessDeps, sessionPrincipalOf } from './authenticate.ts';
import { deny, denyUnenrolled } from './deny.ts';
import { secondStepOf } from './require-second-factor.ts';
import type { Access, AccessRule } from './rule.ts';

/**
 * Decides whether the bearer of an access token fulfils a rule. The routes of this service and the routes behind a
 * gateway both use it. Throws 401 or 403 if the token does not fulfil the rule, and 403 or 429 if a code is wrong.
 */
export async function authorize(
  request: FastifyRequest,
  ctx: RequestContext,
  token: string,
  rule: AccessRule,
): Promise<Access> {
  const deps = request.server.deps;
  const principal = await sessionPrincipalOf(deps, ctx, token);
  const refusal = denialOf(deps, ctx, rule, principal);
  if (refusal) return deny(request, ctx, principal, refusal);
  await auditReportOnlyRequest(deps, ctx, principal.session, principal.level);
  const step = rule.mfa ? await secondStepOf(request, ctx, principal, rule) : { shown: principal };
  const policy = ctx.policies[principal.session.area];
  if (rule.area !== 'own' && policy.audit === 'high') await auditAccess(request, ctx, principal);
  deps.sessions.note(principal.session, policy, ctx.now);
  return { principal, ...step };
}

function denialOf(
  deps: AccessDeps,
  ctx: RequestContext,
  { area, alsoArea, scope, mfa }: AccessRule,
  { session, level, scopes }: SessionPrincipal,
): Problem | null {
  if (area === 'own') return session.area === 'service' ? wrongArea(session.area) : null;
  if (session.area !== area && session.area !== alsoArea) return wrongArea(session.area, area);
  const policy = ctx.policies[session.area];
  const requirement = requirementFor(policy, ctx.rollout, session.user, ctx.now);
  if (requirement.ask === 'enrolment') return denyUnenrolled(deps, policy, requirement);
  // If the rule asks for the second step, X-MFA-Token may supply what the session lacks: see secondStepOf.
  if (requirement.ask === 'factor' && !mfa && !satisfies(policy, { ...session, level })) {
    return stepUpRequired(policy.minLevel, 'Step up, or log in again.');
  }
  const needed = scope === undefined || session.area !== area ? [] : [scope].flat();
  if (needed.every((one) => scopes.includes(one))) return null;
  const all = needed.join(' ');
  return insufficientScope({ detail: `The token needs the scope ${all}.`, scope: all });
}

/** The answer may name the area of the token, because the caller can read it in the token. */
function wrongArea(of: AreaName, wanted?: AreaName): Problem {
  const where = wanted
    ? `This route needs a login to the area ${wanted}.`
    : 'This route is for users, not for programs.';
  return invalidToken({ detail: `This token is for the area ${of}. ${where}` });
}

/** In an area with the audit level `high`, every permitted request is audited. */
async function auditAccess(
  request: FastifyRequest,
  ctx: RequestContext,
  { session }: SessionPrincipal,
): Promise<void> {
  const { userId, area, id: sessionId } = session;
  const detail = { method: request.method, route: request.routeOptions.url ?? null };
  const event = { type: 'area_access', outcome: 'success', userId, area, sessionId, detail } as const;
  await writeAudit(request.server.deps.db, ctx, event);
}
