import type { FastifyRequest } from 'fastify';
import { type AreaName, satisfies } from '../../domain/policy/policy.ts';
import { demandOf } from '../../domain/policy/rollout.ts';
import { insufficientScope, invalidToken } from '../../domain/sessions/login-problems.ts';
import type { Bearer } from '../../domain/sessions/principal.ts';
import { writeAudit } from '../../features/audit/audit-store.ts';
import { stepUpRequired } from '../../features/mfa/require-reauthentication.ts';
import { tellTrialOfRequest } from '../../features/policy/report-only-policy.ts';
import type { Problem } from '../../lib/problem.ts';
import { originOf } from '../../platform/http/requests.ts';
import { bearerOf, type GateDeps } from './authenticate.ts';
import { mustEnrol, refuse } from './deny.ts';
import { secondStepOf } from './require-second-factor.ts';
import type { Admitted, Rule } from './rule.ts';

/**
 * Whether the bearer of a token fulfils a rule: the one place that says so, for our own routes and for those behind a
 * gateway. Throws 401 or 403 as the rule is broken; 403 or 429 where a code is wrong.
 */
export async function admit(
  request: FastifyRequest,
  token: string,
  rule: Rule,
  now: Date,
): Promise<Admitted> {
  const deps = request.server.gate;
  const bearer = await bearerOf(deps, token, now);
  const refusal = refusalOf(deps, rule, bearer, now);
  if (refusal) return refuse(request, bearer, refusal, now);
  await tellTrialOfRequest(deps, bearer.session, bearer.level, originOf(request), now);
  const step = rule.mfa ? await secondStepOf(request, bearer, rule.mfa, now) : { shown: bearer };
  const policy = deps.policies[bearer.session.area];
  if (rule.area !== 'own' && policy.audit === 'high') await tellAccess(request, bearer, now);
  deps.sessions.note(bearer.session, policy, now);
  return { bearer, ...step };
}

function refusalOf(
  deps: GateDeps,
  { area, alsoArea, scope, mfa }: Rule,
  { session, level, scopes }: Bearer,
  now: Date,
): Problem | null {
  if (area === 'own') return session.area === 'service' ? wrongArea(session.area) : null;
  if (session.area !== area && session.area !== alsoArea) return wrongArea(session.area, area);
  const policy = deps.policies[session.area];
  const demand = demandOf(policy, deps.rollout, session.user, now);
  if (demand.ask === 'enrolment') return mustEnrol(deps, session.area, demand);
  // Where the rule asks for the second step itself, X-MFA-Token may bring what the session lacks: see secondStepOf.
  if (demand.ask === 'factor' && !mfa && !satisfies(policy, { ...session, level })) {
    return stepUpRequired(policy.minLevel, 'Step up, or log in again.');
  }
  const needed = scope === undefined || session.area !== area ? [] : [scope].flat();
  if (needed.every((one) => scopes.includes(one))) return null;
  const all = needed.join(' ');
  return insufficientScope({ detail: `Needs the scope ${all}.`, scope: all });
}

/** The one who is told holds the token, and may read its area in it. */
function wrongArea(of: AreaName, wanted?: AreaName): Problem {
  const where = wanted ? `This route is of the area ${wanted}: log in there.` : 'This route is for people.';
  return invalidToken({ detail: `This token is for another area, ${of}. ${where}` });
}

/** In an area whose audit level is high every request that is let in is told. */
async function tellAccess(request: FastifyRequest, { session }: Bearer, now: Date): Promise<void> {
  const { userId, area, id: sessionId } = session;
  const detail = { method: request.method, route: request.routeOptions.url ?? null };
  const event = { type: 'area_access', outcome: 'success', userId, area, sessionId, detail } as const;
  await writeAudit(request.server.gate.db, event, originOf(request), now);
}
