import { inTransaction } from '../../../db/in-transaction.ts';
import { counts } from '../../domain/policy/policy.ts';
import { demandsFactor } from '../../domain/policy/rollout.ts';
import { writeAudit } from '../audit/audit-store.ts';
import type { AuditEvent } from '../../domain/audit/events.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { LiveSession } from '../../domain/sessions/session.ts';
import { endSessions } from '../sessions/session-store.ts';
import type { Notice } from '../../domain/notices/notices.ts';
import { notifyUser } from '../notices/notify-user.ts';
import type { Origin } from '../../lib/client-info.ts';
import { conflict, notFound } from '../../lib/problem.ts';
import { holdUser } from '../users/security-store.ts';
import { killLogins } from './pending-login-store.ts';
import { lastFactor } from '../../domain/mfa/mfa-problems.ts';
import { type Holder, listFactors, makeDefault, markFactorsChanged } from './factor-store.ts';
import { unbindFactors } from './former-factor-store.ts';
import { mailAddressesOf } from './notice-addresses.ts';

type Removal = {
  /** One factor, or (null) all of them. */
  readonly factorId: string | null;
  readonly event: AuditEvent['type'];
  readonly notice: Notice;
};

/**
 * Removes one factor or all, at once: their challenges die with them, other sessions end, waiting logins too. With the
 * last one go the recovery codes. Throws 404, 409 last-factor while policy demands one, or 409 conflict where the account
 * was changed since it was decided that this may be done.
 */
export async function removeFactors(
  deps: Deps,
  session: LiveSession,
  user: Holder & { readonly securityVersion: number },
  { factorId, event, notice }: Removal,
  origin: Origin,
  now: Date,
): Promise<void> {
  await inTransaction(deps.db, async (tx) => {
    const basis = { userId: user.id, securityVersion: user.securityVersion, sessionId: session.id };
    if (!(await holdUser(tx, basis))) throw conflict();
    const factors = await listFactors(tx, user.id);
    const owned = factors.filter(({ isBackup }) => !isBackup);
    const removed = factorId === null ? owned : owned.filter(({ id }) => id === factorId);
    if (factorId !== null && removed.length === 0) throw notFound({ detail: 'You have no such factor.' });
    const left = owned.filter((factor) => !removed.includes(factor));
    assertEnoughLeft(deps, session, removed, left, now);

    await killLogins(tx, { userId: user.id }); // before the factors, as a pass locks them
    const which = left.length === 0 ? 'all' : { ids: removed.map(({ id }) => id) };
    const cause = factorId === null ? 'switched_off' : 'removed';
    await unbindFactors(tx, user.id, which, { cause, by: user.id, at: now });
    const [next] = left;
    if (next && !left.some(({ isDefault }) => isDefault)) await makeDefault(tx, user.id, next.id);
    await markFactorsChanged(tx, user.id, now);
    await endSessions(tx, { userId: user.id, except: session.id }, now);
    const about = { userId: user.id, area: session.area, sessionId: session.id };
    const of = removed[0] && factorId !== null ? { method: removed[0].method, factorId } : {};
    await writeAudit(tx, { type: event, outcome: 'success', ...about, ...of }, origin, now);
    const what = { labels: removed.map(({ label }) => label) };
    const elsewhere = mailAddressesOf(deps, owned);
    await notifyUser({ ...deps, db: tx }, user, notice, what, origin, now, elsewhere);
  });
  deps.sessions.forgetUser(user.id);
}

type Factors = Awaited<ReturnType<typeof listFactors>>;

/** While an area that the user's roles open, or the rollout, demands MFA, one factor that counts there stays. */
function assertEnoughLeft(
  deps: Deps,
  { user }: LiveSession,
  removed: Factors,
  left: Factors,
  now: Date,
): void {
  const policy = demandsFactor(deps.policies, deps.rollout, user, now);
  if (!policy || removed.length === 0) return;
  const enough = left.some(({ method, disabled }) => {
    const provider = deps.providers.get(method);
    return provider && !disabled && counts(policy, method, provider.level);
  });
  if (!enough)
    throw lastFactor({ detail: 'Policy demands a second factor of you. Enrol another one first.' });
}
