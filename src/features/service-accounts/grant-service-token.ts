import type { AuthenticatedClient } from '../../domain/service-accounts/client.ts';
import { invalidScope } from '../../domain/service-accounts/oauth-problems.ts';
import { grantedScopes } from '../../domain/service-accounts/scope-token.ts';
import type { ServiceGrant } from '../../domain/service-accounts/service-principal.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { AuditContext } from '../../platform/kernel/request-context.ts';
import { writeAudit } from '../audit/audit-store.ts';

/**
 * Grants the scopes that the client asks for, or all its scopes if it names none. Throws 400 invalid_scope if it asks
 * for a scope that it does not have.
 */
export async function grantServiceToken(
  { db }: Pick<Deps, 'db'>,
  ctx: AuditContext,
  { accountId, credentialId, scopes, endsAt }: AuthenticatedClient,
  asked: string | undefined,
): Promise<ServiceGrant> {
  const about = { userId: accountId, area: 'service' };
  const granted = grantedScopes(scopes, asked);
  if (!granted) {
    const detail = { reason: 'scope', credential: credentialId };
    await writeAudit(db, ctx, { type: 'service_token_refused', outcome: 'refused', ...about, detail });
    throw invalidScope('Not among the scopes of this client');
  }
  const detail = { credential: credentialId, scopes: granted };
  await writeAudit(db, ctx, { type: 'service_token_issued', outcome: 'success', ...about, detail });
  return { accountId, credentialId, scopes: granted, endsAt };
}
