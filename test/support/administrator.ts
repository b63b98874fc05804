import type { Role } from '../../src/users/core/roles.ts';
import type { World } from './world.ts';

/** Somebody in the area admin, whose second factor is fresh. */
export async function administrator(world: World, roles: Role[] = ['admin']) {
  const person = await world.user({ roles });
  const { secret, factorId } = await person.enrolTotp();
  const { body } = await person.loginWithTotp(secret, 'admin');
  const bearer: string = body.access_token;
  const get = (url: string) => world.call('GET', url, undefined, { bearer });
  const put = (url: string, sent: Record<string, unknown>) => world.call('PUT', url, sent, { bearer });
  const post = (url: string, sent: Record<string, unknown>) => world.call('POST', url, sent, { bearer });
  const remove = (url: string) => world.call('DELETE', url, undefined, { bearer });
  return { ...person, secret, factorId, bearer, get, put, post, remove };
}

export type Administrator = Awaited<ReturnType<typeof administrator>>;

/** The policy of an area as the standard preset has it, but for what is given. */
export async function policyOf(by: Administrator, area: string, change: Record<string, unknown> = {}) {
  const { body } = await by.get(`/admin/areas/${area}`);
  return { ...body.policy, ...change };
}
