import { randomUUID } from 'node:crypto';
import { createUser } from '../../src/users/create-user.ts';
import { openInMemory } from '../in-memory.ts';
import type { Account } from './traveller.ts';

/** A service of our own, in memory, with an account that may do everything that a user may. */
export async function startService() {
  const { app, deps, close } = await openInMemory();
  const account: Account = { username: 'contract', password: 'seven wet umbrellas', throwaway: true };
  const origin = { ip: '127.0.0.1', userAgent: null, requestId: randomUUID() };
  await createUser(deps, { ...account, email: null, phone: null, roles: ['user', 'vendor'] }, origin);
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  return { url, account, close };
}
