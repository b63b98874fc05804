import { sql } from 'kysely';
import { type Db, pipelined } from '../../../db/connect.ts';
import type { AuditEvent } from '../../domain/audit/events.ts';
import type { EnrolmentState } from '../../domain/policy/rollout.ts';
import type { SessionGrant } from '../../domain/sessions/session.ts';
import type { Lock } from '../../domain/throttling/second-factor-throttle.ts';
import type { AuditContext } from '../../platform/kernel/request-context.ts';
import { auditInsert } from '../audit/audit-store.ts';
import type { FactorRow } from '../mfa/factor-store.ts';
import { type EncryptedMail, enqueueInsert } from '../notices/outbox-store.ts';
import { type Basis, heldCte, ifHeld } from '../sessions/held-user-store.ts';
import { enrolmentState, sessionGrantCtes } from '../sessions/session-store.ts';
import {
  type LimitedKey,
  type ReservationRefused,
  refusedReservation,
  reserveAttempt,
  resetThrottle,
  type ThrottleKey,
} from '../throttling/password-throttle-store.ts';
import { lockOfUser } from '../throttling/throttle-store.ts';

export type LoginUser = {
  readonly id: string;
  readonly username: string;
  readonly email: string | null;
  readonly language: string | null;
  readonly active: boolean;
  readonly passwordHash: string | null;
  readonly passwordChangedAt: Date;
  readonly passwordByMail: boolean;
  readonly securityVersion: number;
} & Lock &
  Omit<EnrolmentState, 'enrolled'>;

export type ReservedLogin =
  | ReservationRefused
  | {
      readonly admitted: true;
      readonly user: LoginUser | null;
      readonly factors: readonly FactorRow[];
      readonly wrongBefore: number;
    };

type LoginRow = {
  readonly admitted: boolean;
  readonly admittedHere: boolean;
  readonly wrongBefore: number;
  readonly factors: readonly FactorRow[];
  readonly userCreatedAt: Date;
};

/** Reserves an attempt and finds what is needed to check it, in one round trip. */
export async function findForLogin(
  db: Db,
  username: string,
  throttle: LimitedKey,
  now: Date,
): Promise<ReservedLogin> {
  const { rows } = await sql<LoginRow & Omit<LoginUser, 'createdAt'>>`
    with ${reserveAttempt(throttle, now)}
    select exists (select from overall) as admitted, exists (select from here) as admitted_here,
      coalesce((select wrong_before from here), 0) as wrong_before, u.id, u.username, u.email, u.language, u.roles,
      u.status = 'active' as active, u.password_hash, u.password_changed_at, u.password_by_mail,
      u.security_version, ${enrolmentState}, ${lockOfUser},
      coalesce((
        select json_agg(json_build_object('id', f.id, 'userId', f.user_id, 'method', f.method, 'label', f.label,
          'hint', f.hint, 'dataSealed', f.data_sealed, 'isDefault', f.is_default, 'isBackup', f.is_backup,
          'disabled', f.disabled_at is not null, 'version', f.version) order by f.is_default desc, f.created_at, f.id)
        from factors f where f.user_id = u.id and f.confirmed_at is not null
          and (f.expires_at is null or f.expires_at > ${now})
      ), '[]') as factors
    from (select 1) one left join users u on u.username = ${username}`.execute(pipelined(db));
  const row = rows[0];
  if (!row) throw new Error('A select without a table gave no row');
  const { admitted, admittedHere, wrongBefore, factors, userCreatedAt, ...rest } = row;
  const user = { ...rest, createdAt: userCreatedAt };
  if (!admitted) return { ...(await refusedReservation(db, throttle, admittedHere, now)), userId: user.id };
  return { admitted, user: user.id ? user : null, factors, wrongBefore };
}

type PasswordLogin = {
  readonly basis: Basis;
  readonly throttle: ThrottleKey;
  readonly grant: SessionGrant;
  /** Why the password alone was enough, if a factor was required. */
  readonly event?: AuditEvent;
  readonly mails: readonly EncryptedMail[];
};

/**
 * Records a login by password alone. Clears the count, opens the session, writes the audit event and queues the mails.
 * False if the account was changed since it was read: then nothing is written.
 */
export async function recordLogin(
  db: Db,
  ctx: AuditContext,
  { basis, throttle, grant, event, mails }: PasswordLogin,
): Promise<boolean> {
  const { rows } = await sql<{ won: boolean }>`
    with ${heldCte(basis)}, ${resetThrottle(throttle, ctx.now, ifHeld)}, ${sessionGrantCtes(grant, ctx, sql`from held`)}
    ${event ? sql`, audited as (${auditInsert(event, ctx, sql`from session`)})` : sql``}
    ${mails.length > 0 ? sql`, enqueued as (${enqueueInsert(mails, ctx.now, sql`from session`)})` : sql``}
    select exists (select from session) as won`.execute(pipelined(db));
  return rows[0]?.won === true;
}

/**
 * Records a refused login with the right password: clears the count and writes the audit event. False if the account
 * was changed meanwhile.
 */
export async function recordRefusedLogin(
  db: Db,
  ctx: AuditContext,
  refused: { readonly basis: Basis; readonly throttle: ThrottleKey; readonly event: AuditEvent },
): Promise<boolean> {
  const { rows } = await sql<{ won: boolean }>`
    with ${heldCte(refused.basis)}, ${resetThrottle(refused.throttle, ctx.now, ifHeld)},
    audited as (${auditInsert(refused.event, ctx, sql`from held`)})
    select exists (select from held) as won`.execute(db);
  return rows[0]?.won === true;
}
