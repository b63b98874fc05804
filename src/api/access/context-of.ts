import type { FastifyRequest } from 'fastify';
import { clientOf } from '../../platform/http/requests.ts';
import type { PolicySnapshot, RequestContext } from '../../platform/kernel/request-context.ts';

declare module 'fastify' {
  interface FastifyRequest {
    policies: PolicySnapshot | null;
  }
}

/** The policies and the rollout at the first call for this request. So two reads in one request cannot differ. */
function policiesOf(request: FastifyRequest): PolicySnapshot {
  request.policies ??= request.server.deps.policySnapshot();
  return request.policies;
}

/** The context of a request. `now` is the time of this call, not of the arrival of the request. */
export function contextOf(request: FastifyRequest): RequestContext {
  return { client: clientOf(request), now: new Date(), ...policiesOf(request) };
}
