import { sql } from 'kysely';
import { type Db, pipelined } from '../../../db/connect.ts';
import type { AuditEvent } from '../../domain/audit/events.ts';
import type { AreaName } from '../../domain/policy/policy.ts';
import type { Lock } from '../../domain/throttling/second-factor-throttle.ts';
import { hashOf } from '../../lib/crypto/secret-token.ts';
import type { AuditContext } from '../../platform/kernel/request-context.ts';
import { auditInsert } from '../audit/audit-store.ts';
import { type Basis, heldCte, ifHeld } from '../sessions/held-user-store.ts';
import { currentAcr } from '../sessions/session-store.ts';
import { resetThrottle, type ThrottleKey } from '../throttling/password-throttle-store.ts';
import { lockOfUser } from '../throttling/throttle-store.ts';

/** A login that still needs its second factor. */
export type PendingLogin = {
  readonly id: string;
  readonly userId: string;
  readonly username: string;
  readonly email: string | null;
  readonly language: string | null;
  readonly area: AreaName;
  readonly sessionId: string | null;
  readonly sessionAcr: string | null;
  readonly passwordByMail: boolean;
  readonly securityVersion: number;
  /** The factor of the last challenge; null if no challenge was opened. */
  readonly factorId: string | null;
} & Lock;

export async function findPendingLogin(
  db: Db,
  tokenHash: string,
  now: Date,
): Promise<PendingLogin | undefined> {
  const { rows } = await sql<PendingLogin>`
    select l.id, l.user_id, u.username, u.email, u.language, l.area, l.session_id, u.password_by_mail, u.security_version,
      case when s.id is not null then ${currentAcr} end as session_acr,
      c.factor_id, ${lockOfUser}
    from logins l join users u on u.id = l.user_id
    left join sessions s on s.id = l.session_id left join challenges c on c.id = l.challenge_id
    where l.token_hash = ${tokenHash} and l.status = 'open' and l.expires_at > ${now}
      and u.status = 'active' and s.ended_at is null`.execute(db);
  return rows[0];
}

/**
 * Replaces the last challenge of a login. The code of the old challenge ends with it. False if the login was passed or
 * cancelled meanwhile, or if the account was changed. The count of wrong answers belongs to the user and stays as it
 * is.
 */
export async function replaceChallenge(
  db: Db,
  ctx: AuditContext,
  {
    login: { id: loginId, userId, securityVersion, sessionId },
    challenge,
    event,
  }: { readonly login: PendingLogin; readonly challenge: NewChallenge; readonly event: AuditEvent },
): Promise<boolean> {
  const { rows } = await sql`
    with ${heldCte({ userId, securityVersion, sessionId })}, login as (
      select id, user_id, challenge_id from logins
      where id = ${loginId} and status = 'open' and exists (select from held) for update
    ),
    old as (delete from challenges c using login where c.id = login.challenge_id),
    pointed as (update logins l set challenge_id = ${challenge.id} from login where l.id = login.id),
    audited as (${auditInsert(event, ctx, sql`from login`)})
    insert into challenges (id, user_id, factor_id, state_sealed, created_at, expires_at)
    select ${challenge.id}::uuid, user_id, ${challenge.factorId}::uuid, ${challenge.stateSealed}, ${ctx.now}::timestamptz,
      ${challenge.expiresAt}::timestamptz from login
    returning id`.execute(db);
  return rows.length === 1;
}

/** Writes the challenge of a pending factor. */
export async function insertChallenge(
  db: Db,
  userId: string,
  challenge: NewChallenge,
  now: Date,
): Promise<void> {
  await db
    .insertInto('challenges')
    .values({ ...challenge, userId, createdAt: now })
    .execute();
}

/**
 * Cancels all temp tokens of a user. It waits for a second step that another request is just passing. The caller ends
 * sessions and devices after it: otherwise it would miss those that this second step opens.
 */
export async function cancelPendingLogins(db: Db, of: { readonly userId: string }): Promise<void> {
  await db
    .updateTable('logins')
    .set({ status: 'dead' })
    .where('userId', '=', of.userId)
    .where('status', '=', 'open')
    .execute();
}

/** Cancels the temp tokens of all users. */
export async function cancelEveryPendingLogin(tx: Db): Promise<void> {
  await tx.updateTable('logins').set({ status: 'dead' }).where('status', '=', 'open').execute();
}

export type NewLogin = {
  readonly id: string;
  readonly tempToken: string;
  readonly userId: string;
  readonly area: AreaName;
  readonly sessionId: string | null;
  readonly expiresAt: Date;
  /** The challenge that is opened with it; null if sending its code failed. */
  readonly challenge: NewChallenge | null;
};

export type NewChallenge = {
  readonly id: string;
  readonly factorId: string;
  readonly stateSealed: string;
  readonly expiresAt: Date;
};

/**
 * Writes a pending login: the temp token, its challenge and the audit event. Cancels an earlier step-up of the same
 * session. False if the account was changed since it was read: then nothing is written.
 */
export async function recordPendingLogin(
  db: Db,
  ctx: AuditContext,
  {
    basis,
    throttle,
    login,
    event,
  }: {
    readonly basis: Basis;
    readonly throttle: ThrottleKey | null;
    readonly login: NewLogin;
    readonly event: AuditEvent;
  },
): Promise<boolean> {
  const { challenge } = login;
  const { rows } = await sql<{ won: boolean }>`
    with ${heldCte(basis)}, ${throttle ? resetThrottle(throttle, ctx.now, ifHeld) : sql`cleared as (select 1)`},
    superseded as (
      update logins set status = 'dead' where session_id = ${login.sessionId}::uuid and user_id = ${login.userId}::uuid
        and status = 'open' and exists (select from held)
    ),
    login as (
      insert into logins (id, token_hash, user_id, area, session_id, challenge_id, created_at, expires_at)
      select ${login.id}::uuid, ${hashOf(login.tempToken)}, ${login.userId}::uuid, ${login.area}, ${login.sessionId}::uuid,
        ${challenge?.id ?? null}::uuid, ${ctx.now}::timestamptz, ${login.expiresAt}::timestamptz from held
      returning id
    ),
    challenge as (
      insert into challenges (id, user_id, factor_id, state_sealed, created_at, expires_at)
      select ${challenge?.id ?? null}::uuid, ${login.userId}::uuid, ${challenge?.factorId ?? null}::uuid,
        ${challenge?.stateSealed ?? null}::text, ${ctx.now}::timestamptz, ${challenge?.expiresAt ?? null}::timestamptz
      from login, (select from factors where id = ${challenge?.factorId ?? null}::uuid for key share) still_there
    ),
    audited as (${auditInsert(event, ctx, sql`from login`)})
    select exists (select from login) as won`.execute(pipelined(db));
  return rows[0]?.won === true;
}
