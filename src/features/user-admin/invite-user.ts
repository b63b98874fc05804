import { randomUUID } from 'node:crypto';
import type { Db } from '../../../db/connect.ts';
import { inTransaction } from '../../../db/in-transaction.ts';
import { actorFields, type HelpdeskActor } from '../../domain/users/actor.ts';
import type { Role } from '../../domain/users/roles.ts';
import { conflict } from '../../lib/problem.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { AuditContext } from '../../platform/kernel/request-context.ts';
import { assertApproved } from '../approvals/assert-approved.ts';
import { writeAudit } from '../audit/audit-store.ts';
import { sendPasswordLink } from '../passwords/send-password-link.ts';
import { assertWellFormed, faultsOfUser, userFaultReasons } from '../users/user-faults.ts';
import { findTakenNames, insertUser } from '../users/user-store.ts';
import { assertInOffice } from './act-on-user.ts';

export type Invitation = {
  readonly username: string;
  readonly email: string;
  readonly phone: string | null;
  readonly roles: readonly Role[];
  /** Undefined or null: the language of the installation. */
  readonly language?: string | null | undefined;
};

/**
 * Makes an account without a password, and mails its owner the link to set one. Nobody else ever chooses or sees the
 * password (PW-9). Throws 400 invalid-request, 401 invalid-token, or 409 conflict if the username is taken. Returns
 * the new id.
 */
export async function inviteUser(
  deps: Pick<Deps, 'db' | 'vault' | 'letterhead' | 'portalUrl' | 'linkMails'>,
  ctx: AuditContext,
  by: HelpdeskActor,
  invitation: Invitation,
): Promise<string> {
  assertWellFormed(invitation);
  return inTransaction(deps.db, async (tx) => {
    await assertInOffice(tx, by);
    await assertMayMake(tx, ctx, by, [invitation]);
    const id = await makeInvited(tx, deps, ctx, { by, invitation });
    if (id === null) {
      const detail = `A user named ${invitation.username.toLowerCase()} already exists.`;
      throw conflict({ detail, reason: 'name_taken' });
    }
    return id;
  });
}

export const invitationFaultReasons = [...userFaultReasons, 'twice', 'name_taken'] as const;

/** What is wrong with one of several invitations. `index` counts from 0. */
export type InvitationFault = {
  readonly index: number;
  readonly pointer: string;
  readonly detail: string;
  readonly reason: (typeof invitationFaultReasons)[number];
};

/**
 * Invites all users, or none if anything is wrong with one of them. A dry run only looks. Returns every fault. Throws
 * 401 invalid-token.
 */
export async function inviteUsers(
  deps: Pick<Deps, 'db' | 'vault' | 'letterhead' | 'portalUrl' | 'linkMails'>,
  ctx: AuditContext,
  by: HelpdeskActor,
  { invitations, dryRun }: { readonly invitations: readonly Invitation[]; readonly dryRun: boolean },
): Promise<{ readonly invited: number; readonly faults: readonly InvitationFault[] }> {
  return inTransaction(deps.db, async (tx) => {
    await assertInOffice(tx, by);
    await assertMayMake(tx, ctx, by, invitations);
    const faults = await faultsOf(tx, invitations);
    if (dryRun || faults.length > 0) return { invited: 0, faults };
    for (const invitation of invitations) {
      if ((await makeInvited(tx, deps, ctx, { by, invitation })) === null)
        throw conflict({ detail: 'One of the usernames was taken in the meantime.', reason: 'name_taken' });
    }
    return { invited: invitations.length, faults };
  });
}

/**
 * An invitation cannot wait for an approval. Where the role `admin` needs one, invite the person without it, and ask
 * for the role afterwards.
 */
async function assertMayMake(
  tx: Db,
  ctx: AuditContext,
  by: HelpdeskActor,
  invitations: readonly Invitation[],
): Promise<void> {
  if (!by || !invitations.some(({ roles }) => roles.includes('admin'))) return;
  const act = { action: 'admin_role', actorId: by.userId, userId: null, permit: null } as const;
  await assertApproved(tx, ctx, act);
}

async function faultsOf(tx: Db, invitations: readonly Invitation[]): Promise<readonly InvitationFault[]> {
  const names = invitations.map(({ username }) => username.toLowerCase());
  const taken = new Set(await findTakenNames(tx, names));
  return invitations.flatMap((invitation, index) => {
    const name = names[index] ?? '';
    const faults: Omit<InvitationFault, 'index'>[] = [...faultsOfUser(invitation)];
    const pointer = '#/username';
    if (names.indexOf(name) < index)
      faults.push({ pointer, detail: 'The same username as in an earlier row', reason: 'twice' });
    if (taken.has(name))
      faults.push({ pointer, detail: 'A user with this username already exists', reason: 'name_taken' });
    return faults.map((fault) => ({ index, ...fault }));
  });
}

/** Returns null if the username is taken. */
async function makeInvited(
  tx: Db,
  deps: Pick<Deps, 'vault' | 'letterhead' | 'portalUrl' | 'linkMails'>,
  ctx: AuditContext,
  { by, invitation }: { readonly by: HelpdeskActor; readonly invitation: Invitation },
): Promise<string | null> {
  const { email, phone, roles, language = null } = invitation;
  const username = invitation.username.toLowerCase();
  const id = randomUUID();
  const about = { outcome: 'success', userId: id, ...actorFields(by) } as const;
  if (!(await insertUser(tx, { id, username, email, phone, language, roles, passwordHash: null }, ctx.now)))
    return null;
  const user = { id, username, email, language };
  await sendPasswordLink(deps, { tx, user, purpose: 'invitation', by, now: ctx.now });
  await writeAudit(tx, ctx, { type: 'user_created', ...about, detail: { roles } });
  await writeAudit(tx, ctx, { type: 'user_invited', ...about });
  return id;
}
