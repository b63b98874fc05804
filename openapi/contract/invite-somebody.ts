import { randomUUID } from 'node:crypto';
import type { AdminSession } from './admin-session.ts';
import { textIn } from './journey-client.ts';

export type Invited = { readonly id: string; readonly username: string; readonly email: string };

/** Invites a user of a new name. The address is one where no mail ever arrives (RFC 6761 6.4). */
export async function inviteSomebody(
  { act }: AdminSession,
  more: Readonly<Record<string, unknown>> = {},
): Promise<Invited & { readonly body: Readonly<Record<string, unknown>> }> {
  const username = `contract-${randomUUID()}`;
  const email = `${username}@contract.invalid`;
  const body = { username, email, roles: ['user'], ...more };
  const id = textIn(await act('invite somebody', 'inviteUser', { body }, 201), 'id');
  return { id, username, email, body };
}
