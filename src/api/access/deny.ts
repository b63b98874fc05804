import type { FastifyRequest } from 'fastify';
import { mfaEnrollmentRequired } from '../../domain/mfa/mfa-problems.ts';
import type { AreaName } from '../../domain/policy/policy.ts';
import type { Bearer } from '../../domain/sessions/principal.ts';
import { writeAudit } from '../../features/audit/audit-store.ts';
import { enrollable } from '../../features/mfa/eligible-factors.ts';
import { type Problem, slugOf } from '../../lib/problem.ts';
import { originOf } from '../../platform/http/requests.ts';
import type { GateDeps } from './authenticate.ts';

/** Tells of a refusal, then refuses. */
export async function refuse(
  request: FastifyRequest,
  { session }: Bearer,
  problem: Problem,
  now: Date,
): Promise<never> {
  const { userId, area, id: sessionId } = session;
  const detail = { route: request.routeOptions.url ?? null, reason: slugOf(problem) };
  const event = { type: 'authz_fail', outcome: 'refused', userId, area, sessionId, detail } as const;
  await writeAudit(request.server.gate.db, event, originOf(request), now);
  throw problem;
}

/** The rollout may have turned while the session lived (OWASP ASVS 8.3.2). A login gives the token to enrol with. */
export function mustEnrol(
  deps: GateDeps,
  area: AreaName,
  { graceEndedAt }: { readonly graceEndedAt: Date | null },
): Problem {
  return mfaEnrollmentRequired({
    detail: 'A second factor must be enrolled first. Log in again to get a token for it.',
    methods: enrollable(deps, area),
    grace_ended_at: graceEndedAt?.toISOString() ?? null,
  });
}
