import type { FastifyRequest } from 'fastify';
import { accountFault, credentialFault } from '../../domain/service-accounts/service-account.ts';
import type { LiveService, ServicePrincipal } from '../../domain/service-accounts/service-principal.ts';
import { insufficientScope, invalidToken } from '../../domain/sessions/login-problems.ts';
import { writeAudit } from '../../features/audit/audit-store.ts';
import { isWithin } from '../../features/service-accounts/networks.ts';
import type { ClientInfo } from '../../lib/client-info.ts';
import type { RequestContext } from '../../platform/kernel/request-context.ts';
import type { AccessDeps } from './authenticate.ts';
import type { AccessRule } from './rule.ts';

/**
 * Verifies a service token and returns its account. After the signature it checks the rows of the account and the
 * credential, because an administrator may have disabled, revoked or narrowed them since.
 *
 * `client` has the address of the program, which must lie in the networks of the account. It is null if a gateway asks
 * on behalf of the program, because the address of the program is then unknown. Throws 401 invalid-token.
 */
export async function servicePrincipalOf(
  deps: AccessDeps,
  { policies, now }: Pick<RequestContext, 'policies' | 'now'>,
  token: string,
  client: ClientInfo | null,
): Promise<ServicePrincipal> {
  const { accountId, credentialId, tokenId, scopes, issuedAt, expiresAt } = deps.tokens.readService(token);
  const live = await deps.services.find({ accountId, credentialId, tokenId }, now);
  const theirs = live?.accountId === accountId && live.credentialId === credentialId;
  // The policy may have become stricter since the token was issued.
  const tooOld = now.getTime() - issuedAt.getTime() >= policies.service.accessSeconds * 1000;
  if (!theirs || tooOld || isOver(live, now))
    throw invalidToken({
      detail: 'This token was revoked, or its account or credential is no longer valid.',
    });
  if (client && !isWithin(live.networks, client.ip)) {
    const about = { userId: accountId, area: 'service', detail: { reason: 'outside the networks' } };
    await writeAudit(deps.db, { client, now }, { type: 'authz_fail', outcome: 'refused', ...about });
    throw invalidToken({ detail: 'This token is not accepted from this network.' });
  }
  const held = scopes.filter((scope) => live.scopes.includes(scope));
  return { account: { id: accountId, name: live.name }, credentialId, tokenId, scopes: held, expiresAt };
}

function isOver(live: LiveService, now: Date): boolean {
  return live.tokenRevoked || credentialFault(live, now) !== null || accountFault(live, now) !== null;
}

/** The guard of the area `service`. Throws 401 invalid-token, or 403 insufficient-scope. */
export async function guardService(
  request: FastifyRequest,
  ctx: RequestContext,
  token: string,
  { scope, onBehalf }: AccessRule,
): Promise<ServicePrincipal> {
  const { deps } = request.server;
  const service = await servicePrincipalOf(deps, ctx, token, onBehalf ? null : ctx.client);
  const about = { userId: service.account.id, area: 'service' };
  const route = request.routeOptions.url ?? null;
  const needed = scope === undefined ? [] : [scope].flat();
  if (!needed.every((one) => service.scopes.includes(one))) {
    const detail = { route, reason: 'insufficient-scope' };
    await writeAudit(deps.db, ctx, { type: 'authz_fail', outcome: 'refused', ...about, detail });
    const all = needed.join(' ');
    throw insufficientScope({ detail: `The token needs the scope ${all}.`, scope: all });
  }
  if (ctx.policies.service.audit === 'high') {
    const detail = { method: request.method, route };
    await writeAudit(deps.db, ctx, { type: 'area_access', outcome: 'success', ...about, detail });
  }
  return service;
}

/** The program that calls a route of the area `service`. Throws if the route has no guard for that area: a bug. */
export function requireService(request: FastifyRequest): ServicePrincipal {
  const { caller } = request;
  if (!caller || !('account' in caller)) throw new Error('This route is not guarded for service accounts');
  return caller;
}
