import type { FastifyRequest } from 'fastify';
import { isCurrent, type Policies, snapshotOf } from '../../domain/policy/policy.ts';
import { clientOf } from '../../platform/http/requests.ts';
import type { RequestContext } from '../../platform/kernel/request-context.ts';

declare module 'fastify' {
  interface FastifyRequest {
    policies: Policies | null;
  }
}

/** The latest snapshot of each set of live policies. Requests share it until a policy changes: a guard must cost nothing. */
const latest = new WeakMap<Policies, Policies>();

/** The policies at the first call for this request. So two reads in one request cannot differ. */
export function policiesOf(request: FastifyRequest): Policies {
  request.policies ??= latestOf(request.server.gate.policies);
  return request.policies;
}

function latestOf(live: Policies): Policies {
  const known = latest.get(live);
  if (known && isCurrent(known, live)) return known;
  const taken = snapshotOf(live);
  latest.set(live, taken);
  return taken;
}

/** The context of a request. `now` is the time of this call, not of the arrival of the request. */
export function contextOf(request: FastifyRequest): RequestContext {
  return { client: clientOf(request), now: new Date(), policies: policiesOf(request) };
}
