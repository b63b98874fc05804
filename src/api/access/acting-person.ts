import type { FastifyRequest } from 'fastify';
import { type Actor, actorOf } from '../../domain/users/actor.ts';
import { requireAccess } from './guard.ts';

/** Who acts by a guarded route, and the factor of the fresh second step that let them in. */
export function actingPerson(request: FastifyRequest): {
  readonly by: Actor;
  readonly factor: string | null;
} {
  const { principal, method = null } = requireAccess(request);
  return { by: actorOf(principal), factor: method };
}
