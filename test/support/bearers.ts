import { staff } from './staff.ts';
import type { World } from './world.ts';

/** Bearers that get past the guard of every route: a user's, and for `/admin` that of an administrator. */
export async function bearersOf(world: World): Promise<(path: string) => string> {
  const { access_token: own } = (await (await world.user()).login()).body;
  const admin = await staff(world);
  return (path) => (path.startsWith('/admin/') ? admin.bearer : own);
}
