import type { Level } from '../../domain/policy/assurance-level.ts';
import { type AreaName, satisfies } from '../../domain/policy/policy.ts';
import { demandOf, type Standing } from '../../domain/policy/rollout.ts';
import type { LiveSession } from '../../domain/sessions/session.ts';
import type { Origin } from '../../lib/client-info.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import { writeAudit } from '../audit/audit-store.ts';
import { usableIn } from '../mfa/eligible-factors.ts';
import type { FactorRow } from '../mfa/factor-store.ts';

type TrialDeps = Pick<Deps, 'db' | 'providers' | 'trials' | 'rollout'>;

/** Tells of a login that the policy on trial would have refused, and lets it through. */
export async function tellTrialOfLogin(
  deps: TrialDeps,
  area: AreaName,
  user: Standing & { readonly id: string; readonly passwordByMail: boolean },
  factors: readonly FactorRow[],
  origin: Origin,
  now: Date,
): Promise<void> {
  const trial = deps.trials[area];
  if (!trial) return;
  const { ask } = demandOf(trial, deps.rollout, user, now);
  const stuck = ask === 'factor' && usableIn(deps, trial, factors, user.passwordByMail).length === 0;
  const reason = ask === 'enrolment' ? 'must_enrol' : stuck ? 'no_factor_counts' : null;
  if (reason) await tell(deps, { userId: user.id, area, sessionId: null }, reason, origin, now);
}

const toldOf = new WeakSet<LiveSession>();

/** The same of a request with a live session; of each session once in the time that an instance remembers it. */
export async function tellTrialOfRequest(
  deps: TrialDeps,
  session: LiveSession,
  level: Level,
  origin: Origin,
  now: Date,
): Promise<void> {
  const { area, method, waived, userId, id } = session;
  const trial = deps.trials[area];
  if (!trial || toldOf.has(session)) return;
  const { ask } = demandOf(trial, deps.rollout, session.user, now);
  const weak = ask === 'factor' && !satisfies(trial, { level, method, waived });
  const reason = ask === 'enrolment' ? 'must_enrol' : weak ? 'step_up' : null;
  if (!reason) return;
  toldOf.add(session);
  await tell(deps, { userId, area, sessionId: id }, reason, origin, now);
}

async function tell(
  { db }: TrialDeps,
  about: { readonly userId: string; readonly area: AreaName; readonly sessionId: string | null },
  reason: string,
  origin: Origin,
  now: Date,
): Promise<void> {
  const event = { type: 'policy_would_refuse', outcome: 'success', ...about, detail: { reason } } as const;
  await writeAudit(db, event, origin, now);
}
