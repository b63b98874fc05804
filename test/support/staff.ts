import type { Role } from '../../src/domain/users/roles.ts';
import { codeOf } from './actor.ts';
import type { Call, World } from './world.ts';

type Body = Record<string, unknown>;

/** Somebody in the area `admin`, whose second factor is fresh: an administrator, unless roles are named. */
export async function staff(world: World, ...roles: readonly Role[]) {
  const person = await world.user({ roles: roles.length > 0 ? [...roles] : ['admin'] });
  const token = (await person.login('admin')).body.enrollment_token;
  const totp = await person.enrolTotp(token);
  // Where this fails, every test of the file would, and none would say why.
  if (totp.answer.status !== 200) throw new Error(`No staff: ${JSON.stringify(totp.answer.body)}`);
  const { bearer, secret } = totp;
  const act = (method: Parameters<World['call']>[0], url: string, body?: Body, how: Call = {}) =>
    world.call(method, url, body, { bearer, ...how });
  const get = (url: string) => act('GET', url);
  const put = (url: string, body: Body) => act('PUT', url, body);
  const post = (url: string, body: Body) => act('POST', url, body);
  const remove = (url: string) => act('DELETE', url);
  return { ...person, ...totp, act, get, put, post, remove, code: () => codeOf(secret) };
}

export type Staff = Awaited<ReturnType<typeof staff>>;

/** The policy of an area as it is, but for what is given. */
export async function policyOf(by: Pick<Staff, 'get'>, area: string, change: Body = {}) {
  const { body } = await by.get(`/admin/areas/${area}`);
  return { ...body.policy, ...change };
}
