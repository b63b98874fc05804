import { inTransaction } from '../../../db/in-transaction.ts';
import type { AuditEvent } from '../../domain/audit/events.ts';
import { lastFactor } from '../../domain/mfa/mfa-problems.ts';
import { primaryFactors } from '../../domain/mfa/primary-factors.ts';
import type { Notice } from '../../domain/notices/notices.ts';
import { acceptsMethod } from '../../domain/policy/policy.ts';
import { requiresFactor } from '../../domain/policy/rollout.ts';
import { invalidToken } from '../../domain/sessions/login-problems.ts';
import type { SessionPrincipal } from '../../domain/sessions/principal.ts';
import type { LiveSession } from '../../domain/sessions/session.ts';
import { conflict, notFound } from '../../lib/problem.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { RequestContext } from '../../platform/kernel/request-context.ts';
import { writeAudit } from '../audit/audit-store.ts';
import { holdUser } from '../sessions/held-user-store.ts';
import { endSessions } from '../sessions/session-store.ts';
import { markFactorsChanged } from '../users/security-store.ts';
import { findUserWithFactors, type Holder, listFactors, makeDefault } from './factor-store.ts';
import { unbindFactors } from './former-factor-store.ts';
import { notifyOwner } from './notify-owner.ts';
import { canGoWithoutPassword } from './passkeys-owned.ts';
import { cancelPendingLogins } from './pending-login-store.ts';
import {
  findByOwnPassword,
  type ProtectedChange,
  requireReauthentication,
  type StepUpCredential,
} from './require-reauthentication.ts';

type Removal = {
  /** The factor to remove; null for all of them. */
  readonly factorId: string | null;
  readonly event: AuditEvent['type'];
  readonly notice: Notice;
};

/**
 * Removes one factor or all. Ends their challenges, the user's other sessions and the pending logins. Removes the
 * recovery codes with the last factor. Throws 404, or 409 last-factor if the policy requires one. Throws 409 conflict
 * if the account was changed since it was read.
 */
async function removeFactors(
  deps: Deps,
  ctx: RequestContext,
  {
    session,
    user,
    removal: { factorId, event, notice },
  }: {
    readonly session: LiveSession;
    readonly user: Holder & { readonly securityVersion: number; readonly passwordless: boolean };
    readonly removal: Removal;
  },
): Promise<void> {
  await inTransaction(deps.db, async (tx) => {
    const basis = { userId: user.id, securityVersion: user.securityVersion, sessionId: session.id };
    if (!(await holdUser(tx, basis))) throw conflict();
    const all = await listFactors(tx, user.id);
    const owned = primaryFactors(all);
    const removed = factorId === null ? owned : owned.filter(({ id }) => id === factorId);
    if (factorId !== null && removed.length === 0) throw notFound({ detail: 'You have no such factor.' });
    const left = owned.filter((factor) => !removed.includes(factor));
    assertEnoughLeft(deps, ctx, { session, removed, left });
    const stays = all.filter((factor) => !removed.includes(factor));
    if (user.passwordless && !canGoWithoutPassword(deps, stays))
      throw lastFactor({ detail: withoutPassword });

    await cancelPendingLogins(tx, { userId: user.id }); // first: a pass locks the login before the factor
    const which = left.length === 0 ? 'all' : { ids: removed.map(({ id }) => id) };
    const cause = factorId === null ? 'switched_off' : 'removed';
    await unbindFactors(tx, user.id, which, { cause, by: user.id, at: ctx.now });
    const [next] = left;
    if (next && !left.some(({ isDefault }) => isDefault)) await makeDefault(tx, user.id, next.id);
    await markFactorsChanged(tx, user.id, ctx.now);
    await endSessions(tx, { userId: user.id, except: session.id }, ctx.now);
    const about = { userId: user.id, area: session.area, sessionId: session.id };
    const of = removed[0] && factorId !== null ? { method: removed[0].method, factorId } : {};
    await writeAudit(tx, ctx, { type: event, outcome: 'success', ...about, ...of });
    const what = { labels: removed.map(({ label }) => label) };
    await notifyOwner(tx, deps, ctx, { user, factors: owned, notice, about: what });
  });
  deps.sessions.forgetUser(user.id);
}

const withoutPassword =
  'Your account has no password: keep two passkeys, or one and recovery codes. Enrol another passkey first.';

type Factors = readonly Awaited<ReturnType<typeof listFactors>>[number][];

/**
 * Throws 409 last-factor if an area that admits the user's roles, or the rollout, requires MFA and no factor that
 * counts there would stay.
 */
function assertEnoughLeft(
  deps: Deps,
  { policies, rollout, now }: RequestContext,
  {
    session: { user },
    removed,
    left,
  }: { readonly session: LiveSession; readonly removed: Factors; readonly left: Factors },
): void {
  const policy = requiresFactor(policies, rollout, user, now);
  if (!policy || removed.length === 0) return;
  const enough = left.some(({ method, disabled }) => {
    const provider = deps.providers.get(method);
    return provider && !disabled && acceptsMethod(policy, method, provider.level);
  });
  if (!enough)
    throw lastFactor({ detail: 'The policy requires you to have a second factor. Enrol another one first.' });
}

/**
 * Switches two-factor login off: removes every factor. Checks the password before the fresh factor, so that a wrong
 * password uses up no code.
 */
export async function disableMfa(
  deps: Deps,
  ctx: RequestContext,
  { principal, password, credential }: ProtectedChange,
): Promise<void> {
  const { user, factors } = await findByOwnPassword(deps, ctx, { principal, password });
  await requireReauthentication(deps, ctx, { principal, input: { ...user, factors }, credential });
  const removal = { factorId: null, event: 'mfa_disabled', notice: 'mfa_disabled' } as const;
  await removeFactors(deps, ctx, { session: principal.session, user, removal });
}

/** Removes one of a user's own factors. A factor of another user is 404, before any code is used up. */
export async function removeFactor(
  deps: Deps,
  ctx: RequestContext,
  {
    principal,
    factorId,
    credential,
  }: {
    readonly principal: SessionPrincipal;
    readonly factorId: string;
    readonly credential: StepUpCredential;
  },
): Promise<void> {
  const found = await findUserWithFactors(deps.db, principal.session.userId);
  if (!found) throw invalidToken();
  const isTheirs = primaryFactors(found.factors).some(({ id }) => id === factorId);
  if (!isTheirs) throw notFound({ detail: 'You have no such factor.' });
  await requireReauthentication(deps, ctx, {
    principal,
    input: { ...found.user, factors: found.factors },
    credential,
  });
  const removal = { factorId, event: 'mfa_factor_removed', notice: 'factor_removed' } as const;
  await removeFactors(deps, ctx, { session: principal.session, user: found.user, removal });
}
