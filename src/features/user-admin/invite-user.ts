import { randomUUID } from 'node:crypto';
import { inTransaction } from '../../../db/in-transaction.ts';
import { actorFields, type HelpdeskActor } from '../../domain/users/actor.ts';
import type { Role } from '../../domain/users/roles.ts';
import { conflict } from '../../lib/problem.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { AuditContext } from '../../platform/kernel/request-context.ts';
import { writeAudit } from '../audit/audit-store.ts';
import { sendPasswordLink } from '../passwords/send-password-link.ts';
import { assertWellFormed } from '../users/user-faults.ts';
import { insertUser } from '../users/user-store.ts';
import { assertInOffice } from './act-on-user.ts';

export type Invitation = {
  readonly username: string;
  readonly email: string;
  readonly phone: string | null;
  readonly roles: readonly Role[];
};

/**
 * Makes an account without a password, and mails its owner the link to set one. Nobody else ever chooses or sees the
 * password (PW-9). Throws 400 invalid-request, 401 invalid-token, or 409 conflict if the username is taken. Returns
 * the new id.
 */
export async function inviteUser(
  deps: Pick<Deps, 'db' | 'vault' | 'portalUrl'>,
  ctx: AuditContext,
  by: HelpdeskActor,
  invitation: Invitation,
): Promise<string> {
  const { email, phone, roles } = invitation;
  const username = invitation.username.toLowerCase();
  assertWellFormed({ username, email, phone, roles });

  const id = randomUUID();
  const about = { outcome: 'success', userId: id, ...actorFields(by) } as const;
  await inTransaction(deps.db, async (tx) => {
    await assertInOffice(tx, by);
    const made = await insertUser(tx, { id, username, email, phone, roles, passwordHash: null }, ctx.now);
    if (!made) throw conflict({ detail: `A user named ${username} already exists.`, reason: 'name_taken' });
    await sendPasswordLink(deps, { tx, user: { id, username, email }, purpose: 'invitation', now: ctx.now });
    await writeAudit(tx, ctx, { type: 'user_created', ...about, detail: { roles } });
    await writeAudit(tx, ctx, { type: 'user_invited', ...about });
  });
  return id;
}
