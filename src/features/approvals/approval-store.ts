import { type SqlBool, sql } from 'kysely';
import type { Db } from '../../../db/connect.ts';
import type { ApprovalAction, ApprovalState } from '../../domain/approvals/approval.ts';
import { nameOf } from '../audit/name-store.ts';
import { lockUser } from '../users/user-store.ts';

export type NewApproval = {
  readonly id: string;
  readonly action: ApprovalAction;
  readonly userId: string | null;
  readonly input: Readonly<Record<string, unknown>>;
  readonly reason: string;
  readonly ticket: string | null;
  readonly requestedBy: string;
  readonly requestedAt: Date;
  readonly waitHours: number;
  readonly expiresAt: Date;
  readonly stopHash: string | null;
};

const live = ['open', 'approved'] as const;

/**
 * Inserts a request with the present security version of the person. Returns false if the requester has a live request
 * of this kind for the person.
 */
export async function insertApproval(tx: Db, { input, ...approval }: NewApproval): Promise<boolean> {
  const { action, userId, requestedBy, requestedAt: now } = approval;
  await tx
    .updateTable('approvals')
    .set({ state: 'expired' })
    .where('action', '=', action)
    .where('requestedBy', '=', requestedBy)
    .where('state', 'in', live)
    .where('expiresAt', '<=', now)
    .execute();
  const { numInsertedOrUpdatedRows } = await tx
    .insertInto('approvals')
    .values({
      ...approval,
      input: JSON.stringify(input),
      securityVersion: sql<number>`(select u.security_version from users u where u.id = ${userId}::uuid)`,
    })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return numInsertedOrUpdatedRows === 1n;
}

/** A request with the present names of its people. A live request past its end is shown as expired. */
export type NamedApproval = NonNullable<Awaited<ReturnType<typeof findApproval>>>;

function selectNamed(db: Db, now: Date) {
  return db
    .selectFrom('approvals')
    .select(['id', 'action', 'userId', 'input', 'reason', 'ticket', 'requestedBy', 'requestedAt'])
    .select(['waitHours', 'decidedBy', 'decidedAt', 'readyAt', 'expiresAt'])
    .select(
      sql<ApprovalState>`case when state in ('open', 'approved') and expires_at <= ${now}::timestamptz
        then 'expired' else state end`.as('state'),
    )
    .select([
      nameOf('approvals.userId').as('username'),
      nameOf('approvals.requestedBy').as('requesterName'),
      nameOf('approvals.decidedBy').as('deciderName'),
    ]);
}

export async function findApproval(db: Db, id: string, now: Date) {
  return selectNamed(db, now).where('id', '=', id).executeTakeFirst();
}

/** Live requests first, each group with the newest first. */
export async function findApprovals(db: Db, most: number, now: Date) {
  const isLive = sql<SqlBool>`(state in ('open', 'approved') and expires_at > ${now}::timestamptz)`;
  return selectNamed(db, now).orderBy(isLive, 'desc').orderBy('requestedAt', 'desc').limit(most).execute();
}

/**
 * Locks the person concerned and then the request, until the transaction ends. So decisions and uses of the request
 * come one after the other.
 */
export async function lockApproval(tx: Db, id: string) {
  await lockUser(tx, sql`(select user_id from approvals where id = ${id}::uuid)`);
  return tx.selectFrom('approvals').selectAll().where('id', '=', id).forUpdate().executeTakeFirst();
}

/** Moves a live request on. Returns false if it is not in the state `from` any more. */
export async function moveApproval(
  tx: Db,
  { id, from, to }: { readonly id: string; readonly from: ApprovalState; readonly to: ApprovalState },
  decision: {
    readonly decidedBy?: string;
    readonly decidedAt?: Date;
    readonly readyAt?: Date;
    readonly expiresAt?: Date;
  } = {},
): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('approvals')
    .set({ state: to, ...decision })
    .where('id', '=', id)
    .where('state', '=', from)
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

/** A live request that the token of a letter can stop. */
export async function findStoppable(db: Db, stopHash: string, now: Date) {
  return selectNamed(db, now)
    .where('stopHash', '=', stopHash)
    .where('state', 'in', live)
    .where('expiresAt', '>', now)
    .executeTakeFirst();
}

/** Stops a live request by the token of its letter. Of several concurrent calls, only one gets the request. */
export async function stopApproval(tx: Db, stopHash: string, now: Date) {
  return tx
    .updateTable('approvals')
    .set({ state: 'stopped', decidedAt: now })
    .where('stopHash', '=', stopHash)
    .where('state', 'in', live)
    .where('expiresAt', '>', now)
    .returning(['id', 'action', 'userId', 'requestedBy'])
    .executeTakeFirst();
}

/** Stops every live request about a person. Returns the ids. */
export async function stopApprovalsOf(tx: Db, userId: string, now: Date): Promise<readonly string[]> {
  const stopped = await tx
    .updateTable('approvals')
    .set({ state: 'stopped', decidedAt: now })
    .where('userId', '=', userId)
    .where('state', 'in', live)
    .returning('id')
    .execute();
  return stopped.map(({ id }) => id);
}

/** Those of the people who are there, with what a decision depends on. Their rows stay locked against changes. */
export async function lockPeople(tx: Db, ids: readonly string[]) {
  return tx
    .selectFrom('users')
    .select(['id', 'username', 'email', 'phone', 'language', 'roles', 'status', 'securityVersion'])
    .where('id', 'in', [...ids])
    .orderBy('id')
    .forShare()
    .execute();
}

/** Acts by which somebody makes an account, or could take it over. */
const takeovers = [
  'user_created',
  'user_changed',
  'user_roles_changed',
  'user_enabled',
  'password_reset_requested',
  'mfa_reset',
  'mfa_bypass_codes_issued',
];

/** Whether one person has made the other's account since then, or could have taken it over. */
export async function isMadeBy(
  db: Db,
  { userId, actorId, since }: { readonly userId: string; readonly actorId: string; readonly since: Date },
): Promise<boolean> {
  const { rows } = await sql`
    select from audit_events where user_id = ${userId}::uuid and actor_id = ${actorId}::uuid
      and at > ${since}::timestamptz and outcome = 'success' and type = any(${takeovers}::text[]) limit 1`.execute(
    db,
  );
  return rows.length === 1;
}

/**
 * Whether somebody has changed the mail address or the telephone number of an account since then. Owners cannot change
 * them.
 */
export async function isReaddressed(
  db: Db,
  { userId, since }: { readonly userId: string; readonly since: Date },
): Promise<boolean> {
  const { rows } = await sql`
    select from audit_events where user_id = ${userId}::uuid and type = 'user_changed' and outcome = 'success'
      and at > ${since}::timestamptz
      and (detail->'fields' @> '["email"]'::jsonb or detail->'fields' @> '["phone"]'::jsonb) limit 1`.execute(
    db,
  );
  return rows.length === 1;
}
