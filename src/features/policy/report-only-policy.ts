import type { MFAProvider } from '../../domain/mfa/provider.ts';
import type { AssuranceLevel } from '../../domain/policy/assurance-level.ts';
import { type AreaName, satisfies, takesPasskey, takesPassword } from '../../domain/policy/policy.ts';
import { type EnrolmentState, requirementFor } from '../../domain/policy/rollout.ts';
import type { LiveSession } from '../../domain/sessions/session.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { AuditContext, RequestContext } from '../../platform/kernel/request-context.ts';
import { writeAudit } from '../audit/audit-store.ts';
import { eligibleFactors } from '../mfa/eligible-factors.ts';
import type { FactorRow } from '../mfa/factor-store.ts';

type ReportOnlyDeps = Pick<Deps, 'db' | 'providers'>;

/** Audits a login by password that the report-only policy would have refused. The login goes on. */
export async function auditReportOnlyLogin(
  deps: ReportOnlyDeps,
  ctx: RequestContext,
  {
    area,
    user,
    factors,
  }: {
    readonly area: AreaName;
    readonly user: EnrolmentState & { readonly id: string; readonly passwordByMail: boolean };
    readonly factors: readonly FactorRow[];
  },
): Promise<void> {
  const policy = ctx.reportOnly[area];
  if (!policy) return;
  const { ask } = requirementFor(policy, ctx.rollout, user, ctx.now);
  const stuck = ask === 'factor' && eligibleFactors(deps, policy, factors, user.passwordByMail).length === 0;
  const weak = ask === 'enrolment' ? 'must_enrol' : stuck ? 'no_factor_counts' : null;
  const reason = takesPassword(policy) ? weak : 'no_passkey';
  if (reason) await auditReportOnly(deps, ctx, { userId: user.id, area, sessionId: null }, reason);
}

/** Audits a login by passkey that the report-only policy would have refused. The login goes on. */
export async function auditReportOnlyPasskey(
  deps: ReportOnlyDeps,
  ctx: RequestContext,
  { userId, area }: { readonly userId: string; readonly area: AreaName },
  provider: Pick<MFAProvider, 'method' | 'level'>,
): Promise<void> {
  const policy = ctx.reportOnly[area];
  if (!policy || takesPasskey(policy, provider)) return;
  await auditReportOnly(deps, ctx, { userId, area, sessionId: null }, 'passkey_alone');
}

const audited = new WeakSet<LiveSession>();

/**
 * Audits a request that the report-only policy would have refused. Each session is audited once while the instance
 * caches it.
 */
export async function auditReportOnlyRequest(
  deps: ReportOnlyDeps,
  ctx: RequestContext,
  session: LiveSession,
  level: AssuranceLevel,
): Promise<void> {
  const { area, method, waived, userId, id } = session;
  const policy = ctx.reportOnly[area];
  if (!policy || audited.has(session)) return;
  const { ask } = requirementFor(policy, ctx.rollout, session.user, ctx.now);
  const weak = ask === 'factor' && !satisfies(policy, { level, method, waived });
  const reason = ask === 'enrolment' ? 'must_enrol' : weak ? 'step_up' : null;
  if (!reason) return;
  audited.add(session);
  await auditReportOnly(deps, ctx, { userId, area, sessionId: id }, reason);
}

async function auditReportOnly(
  { db }: ReportOnlyDeps,
  ctx: AuditContext,
  about: { readonly userId: string; readonly area: AreaName; readonly sessionId: string | null },
  reason: string,
): Promise<void> {
  const event = { type: 'policy_would_refuse', outcome: 'success', ...about, detail: { reason } } as const;
  await writeAudit(db, ctx, event);
}
