import { inTransaction } from '../../../db/in-transaction.ts';
import type { ServicePrincipal } from '../../domain/service-accounts/service-principal.ts';
import type { LiveSession } from '../../domain/sessions/session.ts';
import { hashOf } from '../../lib/crypto/secret-token.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { AuditContext } from '../../platform/kernel/request-context.ts';
import { writeAudit } from '../audit/audit-store.ts';
import { endSessions, findByRefreshToken } from '../sessions/session-store.ts';
import { insertRevokedToken, publishServiceChanged } from './service-token-store.ts';

/** Revokes this one token, at once and on every instance. Revoking it again writes no audit event. */
export async function revokeServiceToken(
  deps: Pick<Deps, 'db' | 'services'>,
  ctx: AuditContext,
  { account, tokenId, expiresAt, credentialId }: ServicePrincipal,
): Promise<void> {
  await inTransaction(deps.db, async (tx) => {
    if (!(await insertRevokedToken(tx, tokenId, expiresAt))) return;
    const about = {
      userId: account.id,
      area: 'service',
      detail: { reason: 'service token', credential: credentialId },
    };
    await writeAudit(tx, ctx, { type: 'token_revoked', outcome: 'success', ...about });
    await publishServiceChanged(tx, account.id);
  });
  deps.services.forgetAccount(account.id);
}

/** Revokes a token of a user: ends its session, and so every token of that session (RFC 7009 2.1). */
export async function revokeSession(
  deps: Pick<Deps, 'db' | 'sessions'>,
  ctx: AuditContext,
  { id: sessionId, userId, area }: Pick<LiveSession, 'id' | 'userId' | 'area'>,
  kind: 'access token' | 'refresh token',
): Promise<void> {
  await inTransaction(deps.db, async (tx) => {
    const ended = await endSessions(tx, { userId, only: sessionId }, ctx.now);
    if (ended.length === 0) return;
    const about = { userId, area, sessionId, detail: { reason: kind } };
    await writeAudit(tx, ctx, { type: 'token_revoked', outcome: 'success', ...about });
  });
  deps.sessions.forgetUser(userId);
}

/**
 * Also accepts a refresh token that was exchanged before: its holder wants to log out. Elsewhere its reuse would end
 * the session as well.
 */
export async function revokeRefreshToken(
  deps: Pick<Deps, 'db' | 'sessions'>,
  ctx: AuditContext,
  token: string,
): Promise<void> {
  const found = await findByRefreshToken(deps.db, hashOf(token));
  if (found) await revokeSession(deps, ctx, found.session, 'refresh token');
}
