import type { Db } from '../../../db/connect.ts';
import { inTransaction } from '../../../db/in-transaction.ts';
import type { Language } from '../../domain/notices/texts/catalogue.ts';
import { forbidden } from '../../domain/sessions/login-problems.ts';
import { type AccountAction, actorFields, type HelpdeskActor } from '../../domain/users/actor.ts';
import type { Role } from '../../domain/users/roles.ts';
import { conflict } from '../../lib/problem.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { AuditContext } from '../../platform/kernel/request-context.ts';
import { assertApproved, type Permitted } from '../approvals/assert-approved.ts';
import { writeAudit } from '../audit/audit-store.ts';
import { listFactors } from '../mfa/factor-store.ts';
import { notifyOwner } from '../mfa/notify-owner.ts';
import {
  type Account,
  isThereAnotherAdmin,
  lockAccount,
  lockAdministrators,
  saveFields,
} from '../users/account-store.ts';
import { assertWellFormed, noSuchUser } from '../users/user-faults.ts';
import { assertInOffice, auditRefusal } from './act-on-user.ts';
import { applyAccountStatus } from './change-account-status.ts';

export type UserChange = {
  readonly status?: 'active' | 'disabled' | undefined;
  readonly roles?: readonly Role[] | undefined;
  readonly email?: string | undefined;
  readonly phone?: string | undefined;
  /** Null: the language of the installation. */
  readonly language?: Language | null | undefined;
};

/**
 * Changes an account, all or nothing. Leaves fields alone that already have the wanted value. Throws 400, 401 or 404.
 * Throws 403 forbidden for the actor's own status or roles. Throws 409 conflict for those of the last administrator.
 * Both give the reason.
 */
export async function changeUser(
  deps: Pick<Deps, 'db' | 'vault' | 'letterhead' | 'providers' | 'sessions'>,
  ctx: AuditContext,
  { by, userId, wanted, permit = null }: AccountAction & Permitted & { readonly wanted: UserChange },
): Promise<void> {
  assertWellFormed({
    ...(wanted.email !== undefined && { email: wanted.email }),
    ...(wanted.phone !== undefined && { phone: wanted.phone }),
    ...(wanted.roles && { roles: wanted.roles }),
  });
  const outcome = await inTransaction(deps.db, async (tx) => {
    if (wanted.status || wanted.roles) await lockAdministrators(tx);
    const user = await lockAccount(tx, userId);
    if (!user) throw noSuchUser();
    const change = differences(user, wanted);
    const reason = await whyNot(tx, by, user, change);
    if (!reason) await assertInOffice(tx, by);
    if (!reason && by) {
      const isRuled = makesAdmin(user, wanted);
      await assertApproved(tx, ctx, { action: 'admin_role', actorId: by.userId, userId, permit, isRuled });
    }
    if (!reason) await apply(tx, deps, ctx, { by, user, change });
    return reason;
  });
  if (outcome) await auditRefusal(deps, ctx, { by, userId, permit, reason: outcome });
  if (outcome === 'own_account')
    throw forbidden({
      detail: 'You cannot disable your own account or change your own roles.',
      reason: outcome,
    });
  if (outcome === 'last_admin')
    throw conflict({ detail: 'This is the last administrator who can log in.', reason: outcome });
  deps.sessions.forgetUser(userId);
}

function differences(user: Account, { status, roles, email, phone, language }: UserChange) {
  const sameRoles = roles?.length === user.roles.length && roles.every((role) => user.roles.includes(role));
  return {
    ...(status && status !== user.status && { status }),
    ...(roles && !sameRoles && { roles }),
    ...(email !== undefined && email !== user.email && { email }),
    ...(phone !== undefined && phone !== user.phone && { phone }),
    ...(language !== undefined && language !== user.language && { language }),
  };
}

/** Whether the change gives the role `admin` to somebody who does not have it. */
export function makesAdmin(user: { readonly roles: readonly string[] }, { roles }: UserChange): boolean {
  return roles?.includes('admin') === true && !user.roles.includes('admin');
}

type Differences = ReturnType<typeof differences>;

async function whyNot(tx: Db, by: HelpdeskActor, user: Account, { status, roles }: Differences) {
  if (!status && !roles) return null;
  if (by?.userId === user.id) return 'own_account';
  const isAdmin = user.roles.includes('admin') && user.status === 'active';
  const staysAdmin = status !== 'disabled' && (roles ?? user.roles).includes('admin');
  if (isAdmin && !staysAdmin && !(await isThereAnotherAdmin(tx, user.id))) return 'last_admin';
  return null;
}

async function apply(
  tx: Db,
  deps: Pick<Deps, 'vault' | 'letterhead' | 'providers'>,
  ctx: AuditContext,
  {
    by,
    user,
    change: { status, roles, ...fields },
  }: { readonly by: HelpdeskActor; readonly user: Account; readonly change: Differences },
): Promise<void> {
  if (roles) await applyAccountStatus(tx, ctx, { userId: user.id, change: { roles }, by });
  if (status) await applyAccountStatus(tx, ctx, { userId: user.id, change: { status }, by });
  if (Object.keys(fields).length === 0) return;

  await saveFields(tx, user.id, fields);
  const detail = { fields: Object.keys(fields) };
  await writeAudit(tx, ctx, {
    type: 'user_changed',
    outcome: 'success',
    userId: user.id,
    ...actorFields(by),
    detail,
  });
  const { email, phone, language = user.language } = fields;
  if (email === undefined && phone === undefined) return; // another language needs no notice
  const factors = await listFactors(tx, user.id);
  const alsoTo = email === undefined ? [] : [email];
  const reader = { ...user, language };
  await notifyOwner(tx, deps, ctx, { user: reader, factors, notice: 'address_changed', alsoTo });
}
