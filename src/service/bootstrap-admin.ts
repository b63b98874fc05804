import { randomBytes } from 'node:crypto';
import { createUser } from '../features/users/create-user.ts';
import { listUsers } from '../features/users/user-store.ts';
import { internalClient } from '../lib/client-info.ts';
import type { Deps } from '../platform/kernel/deps.ts';

/**
 * Creates one admin with a random password in an empty embedded database, so that there is no default account. The
 * password is shown once. Null if there already is a user.
 */
export async function bootstrapAdmin(deps: Deps): Promise<{ username: string; password: string } | null> {
  if ((await listUsers(deps.db, 1)).length > 0) return null;
  const username = 'admin';
  const password = randomBytes(18).toString('base64url');
  const client = internalClient('console');
  await createUser(
    deps,
    { client, now: new Date() },
    { username, password, email: null, phone: null, roles: ['admin'] },
  );
  return { username, password };
}
