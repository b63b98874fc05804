import type { ServicePrincipal } from '../../domain/service-accounts/service-principal.ts';
import type { SessionPrincipal } from '../../domain/sessions/principal.ts';
import type { LiveSession } from '../../domain/sessions/session.ts';
import { refreshableSession } from '../../features/sessions/refresh-session.ts';
import type { Claims } from '../../features/tokens/jwt.ts';
import { Problem } from '../../lib/problem.ts';
import type { RequestContext } from '../../platform/kernel/request-context.ts';
import { type AccessDeps, sessionPrincipalOf } from './authenticate.ts';
import { servicePrincipalOf } from './authenticate-service.ts';

/** A token that is valid now, and the session or service account that it belongs to. */
export type LiveToken =
  | { readonly kind: 'access'; readonly principal: SessionPrincipal; readonly claims: Claims }
  | { readonly kind: 'service'; readonly service: ServicePrincipal; readonly claims: Claims }
  | { readonly kind: 'refresh'; readonly session: LiveSession };

/** Null if the token is malformed, expired, revoked, of another issuer or for another use. */
export async function liveTokenOf(
  deps: AccessDeps,
  ctx: RequestContext,
  token: string,
): Promise<LiveToken | null> {
  const { tokens } = deps;
  if (!token.includes('.')) {
    const session = await refreshableSession(deps, ctx, token);
    return session && { kind: 'refresh', session };
  }
  return (
    (await unlessRefused(async () => ({
      kind: 'access',
      principal: await sessionPrincipalOf(deps, ctx, token),
      claims: tokens.claimsOfAccess(token),
    }))) ??
    (await unlessRefused(async () => ({
      kind: 'service',
      service: await servicePrincipalOf(deps, ctx, token, null),
      claims: tokens.readService(token).all,
    })))
  );
}

async function unlessRefused(read: () => Promise<LiveToken>): Promise<LiveToken | null> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof Problem && error.status === 401) return null;
    throw error;
  }
}
