import type { ServiceBearer } from '../../domain/service-accounts/service-principal.ts';
import type { Bearer } from '../../domain/sessions/principal.ts';
import type { LiveSession } from '../../domain/sessions/session.ts';
import { refreshableSession } from '../../features/sessions/refresh-session.ts';
import type { Claims } from '../../features/tokens/jwt.ts';
import { Problem } from '../../lib/problem.ts';
import { bearerOf, type GateDeps } from './authenticate.ts';
import { serviceBearerOf } from './authenticate-service.ts';

/** A token that works right now, and what is behind it. */
export type LiveToken =
  | { readonly kind: 'access'; readonly bearer: Bearer; readonly claims: Claims }
  | { readonly kind: 'service'; readonly service: ServiceBearer; readonly claims: Claims }
  | { readonly kind: 'refresh'; readonly session: LiveSession };

/** Null for whatever is not live: junk, expired, revoked, of another issuer or another use. */
export async function liveTokenOf(deps: GateDeps, token: string, now: Date): Promise<LiveToken | null> {
  const { tokens } = deps;
  if (!token.includes('.')) {
    const session = await refreshableSession(deps, token, now);
    return session && { kind: 'refresh', session };
  }
  return (
    (await unlessRefused(async () => ({
      kind: 'access',
      bearer: await bearerOf(deps, token, now),
      claims: tokens.claimsOfAccess(token),
    }))) ??
    (await unlessRefused(async () => ({
      kind: 'service',
      service: await serviceBearerOf(deps, token, null, now),
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
