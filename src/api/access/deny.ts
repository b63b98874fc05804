import type { FastifyRequest } from 'fastify';
import { mfaEnrollmentRequired } from '../../domain/mfa/mfa-problems.ts';
import type { Policy } from '../../domain/policy/policy.ts';
import type { SessionPrincipal } from '../../domain/sessions/principal.ts';
import { writeAudit } from '../../features/audit/audit-store.ts';
import { enrollableMethods } from '../../features/mfa/eligible-factors.ts';
import { type Problem, slugOf } from '../../lib/problem.ts';
import type { AuditContext } from '../../platform/kernel/request-context.ts';
import type { AccessDeps } from './authenticate.ts';

/** Audits a refusal, then throws the problem. */
export async function deny(
  request: FastifyRequest,
  ctx: AuditContext,
  { session }: SessionPrincipal,
  problem: Problem,
): Promise<never> {
  const { userId, area, id: sessionId } = session;
  const detail = { route: request.routeOptions.url ?? null, reason: slugOf(problem) };
  const event = { type: 'authz_fail', outcome: 'refused', userId, area, sessionId, detail } as const;
  await writeAudit(request.server.deps.db, ctx, event);
  throw problem;
}

/**
 * The refusal for a user without a factor. The rollout may have changed during the session (OWASP ASVS 8.3.2). The user
 * gets an enrolment token at the next login.
 */
export function denyUnenrolled(
  deps: AccessDeps,
  policy: Policy,
  { graceEndedAt }: { readonly graceEndedAt: Date | null },
): Problem {
  return mfaEnrollmentRequired({
    detail: 'You must enrol a second factor first. Log in again to get an enrolment token.',
    methods: enrollableMethods(deps, policy),
    grace_ended_at: graceEndedAt?.toISOString() ?? null,
  });
}
