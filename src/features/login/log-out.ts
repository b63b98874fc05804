import { inTransaction } from '../../../db/in-transaction.ts';
import type { SessionPrincipal } from '../../domain/sessions/principal.ts';
import type { LiveSession } from '../../domain/sessions/session.ts';
import { hashOf } from '../../lib/crypto/secret-token.ts';
import { notFound, Problem } from '../../lib/problem.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { AuditContext } from '../../platform/kernel/request-context.ts';
import { writeAudit } from '../audit/audit-store.ts';
import { listFactors } from '../mfa/factor-store.ts';
import { requireReauthentication, type StepUpCredential } from '../mfa/require-reauthentication.ts';
import { endSessions, findByRefreshToken } from '../sessions/session-store.ts';

/** Ends the session of the request, at once and on every instance. */
export async function logOut(
  deps: Deps,
  ctx: AuditContext,
  { session }: Pick<SessionPrincipal, 'session'>,
): Promise<void> {
  await end(deps, ctx, session, session.id);
}

/** The same by a refresh token, even one that was exchanged before. An unknown token has no effect. */
export async function logOutByRefresh(deps: Deps, ctx: AuditContext, refreshToken: string): Promise<void> {
  const found = await findByRefreshToken(deps.db, hashOf(refreshToken));
  if (!found || found.session.endedAt) return;
  await logOut(deps, ctx, found).catch((error: unknown) => {
    if (!(error instanceof Problem) || error.status !== 404) throw error; // another request has ended it
  });
}

/**
 * Ends one of the user's own sessions; 404 for any other. A user with a factor needs a fresh one. Otherwise an attacker
 * with a stolen session could log out the owner (OWASP ASVS 7.5.2).
 */
export async function endSession(
  deps: Deps,
  ctx: AuditContext,
  {
    principal,
    id,
    credential,
  }: { readonly principal: SessionPrincipal; readonly id: string; readonly credential: StepUpCredential },
): Promise<void> {
  const factors = await listFactors(deps.db, principal.session.userId);
  await requireReauthentication(deps, ctx, {
    principal,
    input: { factors, passwordByMail: false },
    credential,
  });
  await end(deps, ctx, principal.session, id);
}

async function end(deps: Deps, ctx: AuditContext, { userId, area }: LiveSession, id: string): Promise<void> {
  await inTransaction(deps.db, async (tx) => {
    const ended = await endSessions(tx, { userId, only: id }, ctx.now);
    if (ended.length === 0) throw notFound({ detail: 'You have no such session.' });
    await writeAudit(tx, ctx, { type: 'session_ended', outcome: 'success', userId, area, sessionId: id });
  });
  deps.sessions.forgetUser(userId);
}
