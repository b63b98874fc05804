import { makeService } from './services.ts';
import { staff } from './staff.ts';
import type { World } from './world.ts';

/**
 * Bearers that get past the guard of every route: a user's, for `/admin` an administrator's, for `/events` a program's. A
 * colleague's factor is fresh.
 */
export async function bearersOf(world: World): Promise<(path: string) => string> {
  const { access_token: own } = (await (await world.user()).login()).body;
  const admin = await staff(world);
  const { bearer: colleague } = await (await world.user()).enrolTotp();
  const program = await (await makeService(world, { scopes: ['events:poll'] })).token();
  return (path) => {
    if (path.startsWith('/events/')) return program;
    if (/^\/auth\/recovery\/(colleagues|named-by|requests)/.test(path)) return colleague;
    return path.startsWith('/admin/') ? admin.bearer : own;
  };
}
