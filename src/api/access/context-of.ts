import type { FastifyRequest } from 'fastify';
import { type Policies, snapshotOf } from '../../domain/policy/policy.ts';
import { clientOf } from '../../platform/http/requests.ts';
import type { RequestContext } from '../../platform/kernel/request-context.ts';

const snapshots = new WeakMap<FastifyRequest, Policies>();

/** The policies at the first call for this request. So two reads in one request cannot differ. */
export function policiesOf(request: FastifyRequest): Policies {
  const known = snapshots.get(request) ?? snapshotOf(request.server.gate.policies);
  snapshots.set(request, known);
  return known;
}

/** The context of a request. `now` is the time of this call, not of the arrival of the request. */
export function contextOf(request: FastifyRequest): RequestContext {
  return { client: clientOf(request), now: new Date(), policies: policiesOf(request) };
}
