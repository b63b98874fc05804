import { inTransaction } from '../../../db/in-transaction.ts';
import type { AuditEvent } from '../../domain/audit/events.ts';
import { lastFactor } from '../../domain/mfa/mfa-problems.ts';
import type { Notice } from '../../domain/notices/notices.ts';
import { acceptsMethod } from '../../domain/policy/policy.ts';
import { requiresFactor } from '../../domain/policy/rollout.ts';
import { invalidToken } from '../../domain/sessions/login-problems.ts';
import type { SessionPrincipal } from '../../domain/sessions/principal.ts';
import type { LiveSession } from '../../domain/sessions/session.ts';
import type { ClientInfo } from '../../lib/client-info.ts';
import { conflict, notFound } from '../../lib/problem.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import { writeAudit } from '../audit/audit-store.ts';
import { notifyUser } from '../notices/notify-user.ts';
import { assertOwnPassword } from '../passwords/verify-current-password.ts';
import { holdUser } from '../sessions/held-user-store.ts';
import { endSessions } from '../sessions/session-store.ts';
import { markFactorsChanged } from '../users/security-store.ts';
import { findUserWithFactors, type Holder, listFactors, makeDefault } from './factor-store.ts';
import { unbindFactors } from './former-factor-store.ts';
import { noticeAddressesOf } from './notice-addresses.ts';
import { cancelPendingLogins } from './pending-login-store.ts';
import { requireReauthentication, type StepUpCredential } from './require-reauthentication.ts';

type Removal = {
  /** One factor, or (null) all of them. */
  readonly factorId: string | null;
  readonly event: AuditEvent['type'];
  readonly notice: Notice;
};

/**
 * Removes one factor or all. Their challenges, the user's other sessions and pending logins end. The recovery codes are
 * removed with the last factor. Throws 404, 409 last-factor if policy requires one, or 409 conflict if the account was
 * changed since this was allowed.
 */
async function removeFactors(
  deps: Deps,
  session: LiveSession,
  user: Holder & { readonly securityVersion: number },
  { factorId, event, notice }: Removal,
  origin: ClientInfo,
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

    await cancelPendingLogins(tx, { userId: user.id }); // before the factors, as a pass locks them
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
    const elsewhere = noticeAddressesOf(deps, owned);
    await notifyUser({ ...deps, db: tx }, user, notice, what, origin, now, elsewhere);
  });
  deps.sessions.forgetUser(user.id);
}

type Factors = Awaited<ReturnType<typeof listFactors>>;

/** If an area that the user's roles open, or the rollout, requires MFA, one factor that counts there must stay. */
function assertEnoughLeft(
  deps: Deps,
  { user }: LiveSession,
  removed: Factors,
  left: Factors,
  now: Date,
): void {
  const policy = requiresFactor(deps.policies, deps.rollout, user, now);
  if (!policy || removed.length === 0) return;
  const enough = left.some(({ method, disabled }) => {
    const provider = deps.providers.get(method);
    return provider && !disabled && acceptsMethod(policy, method, provider.level);
  });
  if (!enough)
    throw lastFactor({ detail: 'The policy requires you to have a second factor. Enrol another one first.' });
}

/** Switches two-factor login off: removes every factor. It checks the password before the fresh factor, so that a wrong password uses up no code. */
export async function disableMfa(
  deps: Deps,
  principal: SessionPrincipal,
  password: string,
  credential: StepUpCredential,
  origin: ClientInfo,
): Promise<void> {
  const now = new Date();
  const { session } = principal;
  const found = await findUserWithFactors(deps.db, session.userId);
  if (!found) throw invalidToken();
  const about = { area: session.area, sessionId: session.id };
  await assertOwnPassword(deps, found.user, password, about, origin, now);
  await requireReauthentication(
    deps,
    principal,
    { ...found.user, factors: found.factors },
    credential,
    origin,
    now,
  );
  const removal = { factorId: null, event: 'mfa_disabled', notice: 'mfa_disabled' } as const;
  await removeFactors(deps, session, found.user, removal, origin, now);
}

/** Removes one of a user's own factors. A factor of another user is 404, before any code is used up. */
export async function removeFactor(
  deps: Deps,
  principal: SessionPrincipal,
  factorId: string,
  credential: StepUpCredential,
  origin: ClientInfo,
): Promise<void> {
  const now = new Date();
  const found = await findUserWithFactors(deps.db, principal.session.userId);
  if (!found) throw invalidToken();
  const isTheirs = found.factors.some(({ id, isBackup }) => id === factorId && !isBackup);
  if (!isTheirs) throw notFound({ detail: 'You have no such factor.' });
  await requireReauthentication(
    deps,
    principal,
    { ...found.user, factors: found.factors },
    credential,
    origin,
    now,
  );
  const removal = { factorId, event: 'mfa_factor_removed', notice: 'factor_removed' } as const;
  await removeFactors(deps, principal.session, found.user, removal, origin, now);
}
