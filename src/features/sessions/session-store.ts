import { type RawBuilder, sql } from 'kysely';
import type { Db } from '../../../db/connect.ts';
import { acrOf, levelOf } from '../../domain/policy/assurance-level.ts';
import type { Waiver } from '../../domain/policy/policy.ts';
import type { ShownToken } from '../../domain/sessions/refresh-token.ts';
import { type LiveSession, type SessionGrant, withCurrentLevel } from '../../domain/sessions/session.ts';
import { oneLine } from '../../lib/client-info.ts';
import { hashOf } from '../../lib/crypto/secret-token.ts';
import type { AuditContext } from '../../platform/kernel/request-context.ts';
import { loginCtes } from './login-record-store.ts';

/**
 * Two CTEs, `session` and `refresh`, that write a grant for the row in `from`. Without a row, they write no session.
 * They do not raise a session that has ended meanwhile. An elevation deletes the session's earlier refresh tokens. A
 * new session is audited as a login: see loginCtes.
 */
export function sessionGrantCtes(grant: SessionGrant, ctx: AuditContext, from: RawBuilder<unknown>) {
  const { elevation, refreshToken } = grant;
  return sql`
    session as (
      insert into sessions as s (id, user_id, area, acr, method, factor_id, amr, waived, auth_time, mfa_time, recovered,
        created_at, last_active_at, expires_at, ip, user_agent)
      select ${grant.id}::uuid, ${grant.userId}::uuid, ${grant.area}, ${acrOf(grant.level)},
        ${grant.method}, ${grant.factorId}::uuid, ${grant.amr}::text[], ${grant.waived}, ${grant.authTime}::timestamptz, ${grant.mfaTime}::timestamptz,
        ${grant.recovered}::boolean, ${ctx.now}::timestamptz, ${ctx.now}::timestamptz, ${grant.expiresAt}::timestamptz,
        ${ctx.client.ip}, ${oneLine(ctx.client.userAgent)} ${from}
      on conflict (id) do update set acr = excluded.acr, method = excluded.method, factor_id = excluded.factor_id, amr = excluded.amr,
        waived = excluded.waived, mfa_time = excluded.mfa_time, recovered = excluded.recovered, last_active_at = excluded.last_active_at,
        generation = s.generation + ${elevation === 'step-up' ? 1 : 0}, raises = s.raises + 1
        where ${elevation !== null}::boolean and s.ended_at is null
      returning s.id, s.generation, s.raises
    ), replaced as (
      delete from refresh_tokens r using session where r.session_id = session.id and ${elevation !== null}::boolean
    ), refresh as (
      insert into refresh_tokens (token_hash, session_id, created_at, raises)
      select ${refreshToken === null ? null : hashOf(refreshToken)}::text, session.id, ${ctx.now}::timestamptz, session.raises
      from session where ${refreshToken !== null}::boolean
    )${loginCtes(grant, ctx)}`;
}

/** SQL: what the rollout needs to know of a user `u`, without the roles and the factors. */
export const enrolmentState = sql`u.created_at as user_created_at, u.mfa_reset_at is not null as must_enrol,
  (select g.ends_at from graces g where g.user_id = u.id) as grace_ends_at,
  (select max(e.ends_at) from exemptions e where e.user_id = u.id and e.ended_at is null) as exempt_until,
  (select max(e.ends_at) from exemptions e where e.user_id = u.id and e.ended_at is null
    and e.approved_by is not null) as approved_until`;

/**
 * SQL: whether the factor of a session `s` still exists. A recovery or bypass code stands in for the user's factors,
 * so any one of them is enough.
 */
const sessionFactorRemains = sql`(s.method is null or exists (
  select from factors f where f.user_id = s.user_id and f.confirmed_at is not null
    and case when s.recovered then not f.is_backup
      when s.factor_id is null then f.method = s.method else f.id = s.factor_id end))`;

/** SQL: the current `acr` of a session `s`. If its factor is gone, this is the `acr` of a password alone. */
export const currentAcr = sql<string>`case when ${sessionFactorRemains} then s.acr else ${sql.lit(acrOf('1'))} end`;
const currentAmr = sql<string[]>`case when ${sessionFactorRemains} then s.amr else array['pwd'] end`;

const live = sql`
  s.id, s.user_id, s.area, s.acr, s.method, s.factor_id, ${sessionFactorRemains} as factor_remains, s.amr, s.waived, s.auth_time, s.mfa_time, s.recovered, s.generation as token_generation, s.created_at,
  s.last_active_at, s.expires_at, s.ended_at, u.username, u.roles, u.status = 'active' as active, u.factors_changed_at,
  u.security_version, u.passwordless,
  ${enrolmentState},
  exists (select from factors f where f.user_id = u.id and f.confirmed_at is not null
    and not f.is_backup) as enrolled`;

/** The session, with its owner's current state. */
export async function findLiveSession(db: Db, id: string): Promise<LiveSession | undefined> {
  const { rows } = await sql<LiveRow>`
    select ${live} from sessions s join users u on u.id = s.user_id where s.id = ${id}::uuid`.execute(db);
  return rows[0] && liveSession(rows[0]);
}

/** The session of a refresh token, and the state of the token. Undefined for a token from before an elevation. */
export async function findByRefreshToken(db: Db, tokenHash: string) {
  const { rows } = await sql<LiveRow & ShownToken>`
    select ${live}, r.used_at, r.repeat_until, r.heir_hash is not null as has_heir,
      p.heir_hash is not null and p.heir_hash <> r.token_hash as overtaken
    from refresh_tokens r join sessions s on s.id = r.session_id join users u on u.id = s.user_id
    left join refresh_tokens p on p.token_hash = r.parent_hash
    where r.token_hash = ${tokenHash} and coalesce(r.raises, s.raises) = s.raises`.execute(db);
  if (!rows[0]) return undefined;
  const { usedAt, repeatUntil, hasHeir, overtaken, ...session } = rows[0];
  return { session: liveSession(session), token: { usedAt, repeatUntil, hasHeir, overtaken } };
}

/**
 * Ends a user's sessions: one (`only`), all, or all but one (`except`). Every instance forgets its cached sessions of
 * the user. Returns the ids of the ended sessions.
 */
export async function endSessions(
  db: Db,
  of: { readonly userId: string; readonly only?: string; readonly except?: string | null },
  now: Date,
): Promise<readonly string[]> {
  const ended = await db
    .updateTable('sessions')
    .set({ endedAt: now })
    .where('userId', '=', of.userId)
    .where('endedAt', 'is', null)
    .$if(of.only !== undefined, (query) => query.where('id', '=', of.only ?? ''))
    .$if(!!of.except, (query) => query.where('id', '<>', of.except ?? ''))
    .returning('id')
    .execute();
  await publishSessionsChanged(db, of.userId);
  return ended.map(({ id }) => id);
}

/** Ends every session of every user, and notifies every instance. Returns the number of ended sessions. */
export async function endEverySession(tx: Db, now: Date): Promise<number> {
  const { rows } = await sql<{ ended: number }>`
    with ended as (update sessions set ended_at = ${now} where ended_at is null returning user_id),
    notified as (select pg_notify(${sessionChannel}, user_id::text) from (select distinct user_id from ended) those)
    select (select count(*) from ended)::int as ended, (select count(*) from notified)::int as notified`.execute(
    tx,
  );
  return rows[0]?.ended ?? 0;
}

/** SQL: ends those sessions in `of` (column session_id) that still rely on this waiver alone. */
export function endWaived(waiver: Waiver, of: RawBuilder<unknown>, now: Date) {
  return sql`
    update sessions s set ended_at = ${now} from (${of}) opened
    where s.id = opened.session_id and s.waived = ${waiver} and s.ended_at is null`;
}

export const sessionChannel = 'sallyport_sessions';

/** Makes every instance read this user's sessions again (PostgreSQL NOTIFY, sent on commit). */
export async function publishSessionsChanged(db: Db, userId: string): Promise<void> {
  await sql`select pg_notify(${sessionChannel}, ${userId})`.execute(db);
}

export async function listSessions(db: Db, userId: string, now: Date) {
  return db
    .selectFrom('sessions as s')
    .select(['id', 'area', 'createdAt', 'lastActiveAt', 'expiresAt', 'endedAt', 'ip', 'userAgent'])
    .select([currentAcr.as('acr'), currentAmr.as('amr')])
    .where('userId', '=', userId)
    .where('endedAt', 'is', null)
    .where('expiresAt', '>', now)
    .where(sql<boolean>`(${sessionFactorRemains} or 'pwd' = any(s.amr))`)
    .orderBy('createdAt', 'desc')
    .limit(100)
    .execute();
}

export async function touchSession(db: Db, id: string, now: Date): Promise<void> {
  await db
    .updateTable('sessions')
    .set({ lastActiveAt: now })
    .where('id', '=', id)
    .where('endedAt', 'is', null)
    .execute();
}

/** See WriteActivity in activity.ts. */
export async function writeActivity(db: Db, id: string, seenAt: Date, before: Date) {
  const { rows } = await sql<{ written: boolean; lastActiveAt: Date }>`
    with written as (
      update sessions set last_active_at = ${seenAt} where id = ${id}::uuid and ended_at is null
        and last_active_at < ${seenAt} and last_active_at <= ${before} returning id
    ) select exists (select from written) as written, last_active_at from sessions
    where id = ${id}::uuid and ended_at is null`.execute(db);
  if (!rows[0]) return null;
  return rows[0].written ? 'written' : rows[0].lastActiveAt;
}

type LiveRow = Omit<LiveSession, 'level' | 'user'> & {
  acr: string;
  factorRemains: boolean;
  userCreatedAt: Date;
} & LiveSession['user'];

function liveSession(row: LiveRow): LiveSession {
  const { acr, factorRemains, userCreatedAt, ...rest } = row;
  const {
    username,
    roles,
    active,
    enrolled,
    factorsChangedAt,
    securityVersion,
    passwordless,
    graceEndsAt,
    exemptUntil,
    approvedUntil,
    mustEnrol,
    ...session
  } = rest;
  const exemption = { exemptUntil, approvedUntil };
  const rights = { roles, enrolled, createdAt: userCreatedAt, graceEndsAt, ...exemption, mustEnrol };
  const user = { username, active, factorsChangedAt, securityVersion, passwordless, ...rights };
  return withCurrentLevel({ ...session, level: levelOf(acr), user }, factorRemains);
}
