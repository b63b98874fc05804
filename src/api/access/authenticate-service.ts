import { writeAudit } from '../../features/audit/audit-store.ts';
import { invalidToken } from '../../domain/sessions/login-problems.ts';
import type { Origin } from '../../lib/client-info.ts';
import { accountFault, credentialFault } from '../../domain/service-accounts/service-account.ts';
import type { LiveService, ServiceBearer } from '../../domain/service-accounts/service-principal.ts';
import { isWithin } from '../../features/service-accounts/networks.ts';
import type { GateDeps } from './authenticate.ts';

/**
 * Who is behind a service token: its signature, then the rows of its account and credential, which may have been
 * disabled, revoked or narrowed since. `origin` is where the program itself called from, and is held against the networks
 * of the account; null where somebody else asks on its behalf and that address is not known. Throws 401 invalid-token.
 */
export async function serviceBearerOf(
  deps: GateDeps,
  token: string,
  origin: Origin | null,
  now: Date,
): Promise<ServiceBearer> {
  const { accountId, credentialId, tokenId, scopes, issuedAt, expiresAt } = deps.tokens.readService(token);
  const live = await deps.services.find({ accountId, credentialId, tokenId }, now);
  const theirs = live?.accountId === accountId && live.credentialId === credentialId;
  const tooOld = now.getTime() - issuedAt.getTime() >= deps.policies.service.accessSeconds * 1000; // the policy may have changed
  if (!theirs || tooOld || isOver(live, now))
    throw invalidToken({ detail: 'This token was revoked, or its account or credential is over.' });
  if (origin && !isWithin(live.networks, origin.ip)) {
    const about = { userId: accountId, area: 'service', detail: { reason: 'outside the networks' } };
    await writeAudit(deps.db, { type: 'authz_fail', outcome: 'refused', ...about }, origin, now);
    throw invalidToken({ detail: 'This token is not taken from here.' });
  }
  const held = scopes.filter((scope) => live.scopes.includes(scope));
  return { account: { id: accountId, name: live.name }, credentialId, tokenId, scopes: held, expiresAt };
}

function isOver(live: LiveService, now: Date): boolean {
  return live.tokenRevoked || credentialFault(live, now) !== null || accountFault(live, now) !== null;
}
