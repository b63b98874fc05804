// A page of the helpdesk: finds an account and lifts its lock. The paths and their fields are typed.
import type { SallyportClient } from '@sallyport/client';

export async function unlock(client: SallyportClient, username: string, reason: string): Promise<boolean> {
  const { users } = await client.call('GET /admin/users', { query: { q: username } });
  const found = users.find((user) => user.username === username);
  if (!found) return false;
  await client.call('POST /admin/users/{id}/unlock', { params: { id: found.id }, body: { reason } });
  return true;
}
