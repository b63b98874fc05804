import type { FastifyRequest } from 'fastify';
import { writeAudit } from '../../features/audit/audit-store.ts';
import { insufficientScope } from '../../domain/sessions/login-problems.ts';
import type { ServiceBearer } from '../../domain/service-accounts/service-principal.ts';
import type { Rule } from './authorize.ts';
import { originOf } from '../../platform/http/requests.ts';
import { serviceBearerOf } from './authenticate-service.ts';

/** The guard of the area `service`. Throws 401 invalid-token, or 403 insufficient-scope. */
export async function guardService(
  request: FastifyRequest,
  token: string,
  { scope, onBehalf }: Rule,
  now: Date,
): Promise<ServiceBearer> {
  const { gate } = request.server;
  const origin = originOf(request);
  const service = await serviceBearerOf(gate, token, onBehalf ? null : origin, now);
  const about = { userId: service.account.id, area: 'service' };
  const route = request.routeOptions.url ?? null;
  const needed = scope === undefined ? [] : [scope].flat();
  if (!needed.every((one) => service.scopes.includes(one))) {
    const detail = { route, reason: 'insufficient-scope' };
    await writeAudit(gate.db, { type: 'authz_fail', outcome: 'refused', ...about, detail }, origin, now);
    const all = needed.join(' ');
    throw insufficientScope({ detail: `Needs the scope ${all}.`, scope: all });
  }
  if (gate.policies.service.audit === 'high') {
    const detail = { method: request.method, route };
    await writeAudit(gate.db, { type: 'area_access', outcome: 'success', ...about, detail }, origin, now);
  }
  return service;
}

/** The program that calls a route of the area `service`. */
export function serviceBehind(request: FastifyRequest): ServiceBearer {
  const { caller } = request;
  if (!caller || !('account' in caller)) throw new Error('This route is not guarded for service accounts');
  return caller;
}
