import { sql } from 'kysely';
import type { Db } from '../../db/connect.ts';
import type { AreaName } from '../areas/core/policy.ts';
import type { Standing } from '../areas/core/rollout.ts';
import { auditInsert } from '../audit/audit-store.ts';
import type { AuditEvent } from '../audit/core/events.ts';
import type { FactorRow } from '../mfa/factor-store.ts';
import { postInsert, type Sealed } from '../notices/outbox-store.ts';
import type { Origin } from '../origin.ts';
import { hashOf } from '../secret-token.ts';
import { clearGuess, type Guess, guessWait, payForGuess } from './login-throttle-store.ts';
import { type Opening, openingCtes, standing } from './session-store.ts';

export type LoginUser = {
  readonly id: string;
  readonly username: string;
  readonly email: string | null;
  readonly active: boolean;
  readonly passwordHash: string | null;
  readonly passwordChangedAt: Date;
  readonly passwordByMail: boolean;
} & Omit<Standing, 'enrolled'>;

export type GuessPaid =
  | { readonly admitted: false; readonly userId: string | null; readonly retryAfterSeconds: number }
  | {
      readonly admitted: true;
      readonly user: LoginUser | null;
      readonly factors: readonly FactorRow[];
      readonly wrongBefore: number;
    };

type Found = {
  readonly admitted: boolean;
  readonly wrongBefore: number;
  readonly factors: readonly FactorRow[];
  readonly userCreatedAt: Date;
};

/** Pays for a guess and finds what is needed to judge it, in one round trip. */
export async function findForLogin(db: Db, username: string, guess: Guess, now: Date): Promise<GuessPaid> {
  const { rows } = await sql<Found & Omit<LoginUser, 'createdAt'>>`
    with ${payForGuess(guess, now)}
    select exists (select from overall) as admitted,
      coalesce((select failures from here) - 1, 0) as wrong_before, u.id, u.username, u.email, u.roles,
      u.status = 'active' as active, u.password_hash, u.password_changed_at, u.password_by_mail, ${standing},
      coalesce((
        select json_agg(json_build_object('id', f.id, 'userId', f.user_id, 'method', f.method, 'label', f.label,
          'hint', f.hint, 'dataSealed', f.data_sealed, 'isDefault', f.is_default, 'isBackup', f.is_backup,
          'disabled', f.disabled_at is not null, 'version', f.version) order by f.is_default desc, f.created_at)
        from factors f where f.user_id = u.id and f.confirmed_at is not null
          and (f.expires_at is null or f.expires_at > ${now})
      ), '[]') as factors
    from (select 1) one left join users u on u.username = ${username}`.execute(db);
  const row = rows[0];
  if (!row) throw new Error('A select without a table gave no row');
  const { admitted, wrongBefore, factors, userCreatedAt, ...rest } = row;
  const user = { ...rest, createdAt: userCreatedAt };
  if (!admitted) return { admitted, userId: user.id, retryAfterSeconds: await secondsToWait(db, guess, now) };
  return { admitted, user: user.id ? user : null, factors, wrongBefore };
}

async function secondsToWait(db: Db, guess: Guess, now: Date): Promise<number> {
  const { rows } = await guessWait(guess, now).execute(db);
  return Math.max(1, rows[0]?.seconds ?? 1);
}

/** The password was right and nothing more is asked: clears the count, opens the session, tells of it. */
export async function recordLogin(
  db: Db,
  guess: Guess,
  opening: Opening,
  event: AuditEvent,
  mails: readonly Sealed[],
  origin: Origin,
  now: Date,
): Promise<void> {
  await sql`
    with ${clearGuess(guess, now)}, ${openingCtes(opening, origin, now, sql``)},
    told as (${auditInsert(event, origin, now)})
    ${mails.length > 0 ? sql`, posted as (${postInsert(mails, now, sql`from session`)})` : sql``}
    select 1`.execute(db);
}

export type NewLogin = {
  readonly id: string;
  readonly tempToken: string;
  readonly userId: string;
  readonly area: AreaName;
  readonly sessionId: string | null;
  readonly expiresAt: Date;
  /** The challenge that is opened with it; none where sending its code failed. */
  readonly challenge: NewChallenge | null;
};

export type NewChallenge = {
  readonly id: string;
  readonly factorId: string;
  readonly stateSealed: string;
  readonly expiresAt: Date;
};

/** The password was right and a factor is asked for: the temp token, its challenge, and the word of it. */
export async function recordPendingLogin(
  db: Db,
  guess: Guess | null,
  login: NewLogin,
  event: AuditEvent,
  origin: Origin,
  now: Date,
): Promise<void> {
  const { challenge } = login;
  await sql`
    with ${guess ? clearGuess(guess, now) : sql`cleared as (select 1)`},
    login as (
      insert into logins (id, token_hash, user_id, area, session_id, challenge_id, created_at, expires_at)
      values (${login.id}, ${hashOf(login.tempToken)}, ${login.userId}, ${login.area}, ${login.sessionId},
        ${challenge?.id ?? null}, ${now}, ${login.expiresAt})
    ),
    challenge as (
      insert into challenges (id, user_id, factor_id, state_sealed, created_at, expires_at)
      select ${challenge?.id ?? null}::uuid, ${login.userId}::uuid, ${challenge?.factorId ?? null}::uuid,
        ${challenge?.stateSealed ?? null}::text, ${now}::timestamptz, ${challenge?.expiresAt ?? null}::timestamptz
      from (select from factors where id = ${challenge?.factorId ?? null}::uuid for key share) still_there
    ),
    told as (${auditInsert(event, origin, now)})
    select 1`.execute(db);
}

/** The password was right but led nowhere: only the count is cleared. */
export async function recordRightPassword(
  db: Db,
  guess: Guess,
  event: AuditEvent,
  origin: Origin,
  now: Date,
) {
  await sql`with ${clearGuess(guess, now)} ${auditInsert(event, origin, now)}`.execute(db);
}

/** Pays for one try of a signed-in user's own password. Null where it is admitted, else the seconds to wait. */
export async function payForOwnPassword(db: Db, guess: Guess, now: Date): Promise<number | null> {
  const { rows } = await sql<{ admitted: boolean }>`
    with ${payForGuess(guess, now)} select exists (select from overall) as admitted`.execute(db);
  return rows[0]?.admitted ? null : secondsToWait(db, guess, now);
}

export async function clearOwnPassword(db: Db, guess: Guess, now: Date): Promise<void> {
  await sql`with ${clearGuess(guess, now)} select 1`.execute(db);
}
