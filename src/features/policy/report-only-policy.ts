import type { AssuranceLevel } from '../../domain/policy/assurance-level.ts';
import { type AreaName, satisfies } from '../../domain/policy/policy.ts';
import { type EnrolmentState, requirementFor } from '../../domain/policy/rollout.ts';
import type { LiveSession } from '../../domain/sessions/session.ts';
import type { ClientInfo } from '../../lib/client-info.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import { writeAudit } from '../audit/audit-store.ts';
import { eligibleFactors } from '../mfa/eligible-factors.ts';
import type { FactorRow } from '../mfa/factor-store.ts';

type ReportOnlyDeps = Pick<Deps, 'db' | 'providers' | 'reportOnly' | 'rollout'>;

/** Audits a login that the report-only policy would have refused, and lets it through. */
export async function auditReportOnlyLogin(
  deps: ReportOnlyDeps,
  area: AreaName,
  user: EnrolmentState & { readonly id: string; readonly passwordByMail: boolean },
  factors: readonly FactorRow[],
  origin: ClientInfo,
  now: Date,
): Promise<void> {
  const trial = deps.reportOnly[area];
  if (!trial) return;
  const { ask } = requirementFor(trial, deps.rollout, user, now);
  const stuck = ask === 'factor' && eligibleFactors(deps, trial, factors, user.passwordByMail).length === 0;
  const reason = ask === 'enrolment' ? 'must_enrol' : stuck ? 'no_factor_counts' : null;
  if (reason) await auditReportOnly(deps, { userId: user.id, area, sessionId: null }, reason, origin, now);
}

const audited = new WeakSet<LiveSession>();

/** The same of a request with a live session; of each session once in the time that an instance remembers it. */
export async function auditReportOnlyRequest(
  deps: ReportOnlyDeps,
  session: LiveSession,
  level: AssuranceLevel,
  origin: ClientInfo,
  now: Date,
): Promise<void> {
  const { area, method, waived, userId, id } = session;
  const trial = deps.reportOnly[area];
  if (!trial || audited.has(session)) return;
  const { ask } = requirementFor(trial, deps.rollout, session.user, now);
  const weak = ask === 'factor' && !satisfies(trial, { level, method, waived });
  const reason = ask === 'enrolment' ? 'must_enrol' : weak ? 'step_up' : null;
  if (!reason) return;
  audited.add(session);
  await auditReportOnly(deps, { userId, area, sessionId: id }, reason, origin, now);
}

async function auditReportOnly(
  { db }: ReportOnlyDeps,
  about: { readonly userId: string; readonly area: AreaName; readonly sessionId: string | null },
  reason: string,
  origin: ClientInfo,
  now: Date,
): Promise<void> {
  const event = { type: 'policy_would_refuse', outcome: 'success', ...about, detail: { reason } } as const;
  await writeAudit(db, event, origin, now);
}
