import { type RawBuilder, sql } from 'kysely';
import type { Db } from '../../../db/connect.ts';
import { type AssuranceLevel, rankOf } from '../../domain/policy/assurance-level.ts';
import type { AreaName } from '../../domain/policy/policy.ts';
import { currentAcr } from '../sessions/session-store.ts';
import { claimCounts } from '../throttling/throttle-store.ts';

/** A factor that the answer may belong to, and the challenge that was opened for it, if any. */
export type CandidateFactor = {
  readonly id: string;
  readonly method: string;
  readonly label: string;
  readonly dataSealed: string;
  readonly version: number;
  readonly pending: boolean;
  readonly challenge: { readonly id: string; readonly stateSealed: string; readonly open: boolean } | null;
};

export type ClaimedAttempt = {
  readonly userId: string;
  readonly username: string;
  readonly email: string | null;
  readonly roles: readonly string[];
  readonly securityVersion: number;
  readonly loginId: string | null;
  readonly area: AreaName | null;
  readonly sessionId: string | null;
  /** When the password was given, and when a session that is being raised ends. */
  readonly authTime: Date;
  readonly sessionEndsAt: Date | null;
  /** The `acr` that a session which steps up has already. */
  readonly sessionAcr: string | null;
  /** Whether the door is open at all: a live temp token or session, an active user who is as the caller has read them. */
  readonly open: boolean;
  /** False for a temp token that too many wrong answers have killed. */
  readonly alive: boolean;
  /** Whether an answer was taken: false where the throttle refused it or nothing could match. */
  readonly paid: boolean;
  /** Wrong answers in a row until now, and this one; null where none was paid for. */
  readonly inARow: number | null;
  /** The level against which it was counted: the strongest that it could be meant for; see `rankOf`. */
  readonly rank: number | null;
  /** Until when no approval counts, because the owner has reported one as not theirs. */
  readonly reportedUntil: Date | null;
  readonly candidates: readonly CandidateFactor[];
};

/** Where an answer comes in: it says who answers, and which factors the answer may belong to. */
export type VerificationTarget =
  | { readonly by: 'tempToken'; readonly tokenHash: string; readonly methods: readonly string[] }
  | {
      readonly by: 'session';
      readonly answerer: Answerer;
      readonly methods: { readonly all: readonly string[]; readonly standing: readonly string[] };
    }
  | {
      readonly by: 'enrolment';
      readonly answerer: Answerer;
      /** Null: the newest that waits. */
      readonly factorId: string | null;
      readonly methods: readonly string[];
    };

/** Who answers by what they have already; `securityVersion` where an earlier reading was of it. */
type Answerer = {
  readonly userId: string;
  readonly sessionId: string | null;
  readonly authTime: Date;
  readonly securityVersion?: number;
};

function whoOf(target: VerificationTarget, now: Date): RawBuilder<unknown> {
  return target.by === 'tempToken' ? loginOf(target.tokenHash, now) : ownerOf(target.answerer);
}

function loginOf(tokenHash: string, now: Date): RawBuilder<unknown> {
  return sql`
    select l.user_id, u.username, u.email, u.roles, u.security_version, l.id as login_id, l.area, l.session_id, l.challenge_id,
      coalesce(s.auth_time, l.created_at) as auth_time, s.expires_at as session_ends_at,
      case when s.id is not null then ${currentAcr} end as session_acr, l.status <> 'dead' as alive,
      l.status <> 'passed' and l.expires_at > ${now} and u.status = 'active' and s.ended_at is null as open
    from logins l join users u on u.id = l.user_id left join sessions s on s.id = l.session_id
    where l.token_hash = ${tokenHash}`;
}

function ownerOf({ userId, sessionId, authTime, securityVersion }: Answerer): RawBuilder<unknown> {
  return sql`
    select u.id as user_id, u.username, u.email, u.roles, u.security_version, null::uuid as login_id, null::text as area,
      ${sessionId}::uuid as session_id, (
        select l.challenge_id from logins l where l.session_id = ${sessionId}::uuid
        order by l.created_at desc limit 1) as challenge_id,
      ${authTime}::timestamptz as auth_time, null::timestamptz as session_ends_at,
      null::text as session_acr, true as alive,
      u.status = 'active' and u.security_version = coalesce(${securityVersion ?? null}::int, u.security_version)
        and (${sessionId}::uuid is null or exists (select from sessions s
          where s.id = ${sessionId}::uuid and s.ended_at is null)) as open
    from users u where u.id = ${userId}::uuid`;
}

const candidateFields = sql`f.id, f.method, f.label, f.data_sealed, f.version, f.confirmed_at is null as pending,
  c.id as challenge_id, c.state_sealed, c.status = 'open' as challenge_open`;

function candidatesOf(target: VerificationTarget, now: Date): RawBuilder<unknown> {
  switch (target.by) {
    case 'tempToken': // the factor of its challenge, or a backup
      return sql`
        select ${candidateFields} from who join factors f on f.user_id = who.user_id
        left join challenges c on c.id = who.challenge_id and c.factor_id = f.id and c.expires_at > ${now}
        where f.confirmed_at is not null and f.disabled_at is null and f.method = any(${target.methods}::text[])
          and (c.id is not null or f.is_backup)`;
    case 'session': // any factor whose code is in the user's hand, and the challenge that this session opened last
      return sql`
        select ${candidateFields} from who join factors f on f.user_id = who.user_id
        left join challenges c on c.id = who.challenge_id and c.factor_id = f.id and c.expires_at > ${now}
          and (c.status = 'open' or f.method <> all(${target.methods.standing}::text[])) -- a step-up that is over is not asked
        where f.confirmed_at is not null and f.disabled_at is null and f.method = any(${target.methods.all}::text[])
          and (c.id is not null or f.method = any(${target.methods.standing}::text[]))`;
    case 'enrolment': // a pending factor: the one named, or the newest
      return sql`
        select ${candidateFields} from (
          select p.* from factors p join who on p.user_id = who.user_id
          where p.confirmed_at is null and p.expires_at > ${now}
            and (${target.factorId}::uuid is null or p.id = ${target.factorId}::uuid)
          order by p.created_at desc limit 1
        ) f left join challenges c on c.factor_id = f.id and c.expires_at > ${now}
        where f.method = any(${target.methods}::text[])`;
  }
}

/**
 * Finds who answers and with which factors, and pays for the answer, in one statement: of any number that come at
 * once, so many are admitted as the throttle has room for. `cost` is 0 for what cannot be guessed and for a second look.
 * It is counted against the strongest level that it could be meant for, or that can be guessed where nobody knows.
 */
export async function claimAttempt(
  db: Db,
  {
    target,
    cost,
    now,
    providers = new Map(),
  }: {
    readonly target: VerificationTarget;
    readonly cost: 0 | 1;
    readonly now: Date;
    readonly providers?: ReadonlyMap<string, { readonly level: AssuranceLevel }> | undefined;
  },
): Promise<ClaimedAttempt | undefined> {
  const methods = [...providers.keys()];
  const ranks = [...providers.values()].map(({ level }) => rankOf(level));
  const { rows } = await sql<ClaimedAttempt>`
    with who as (${whoOf(target, now)}), candidate as (${candidatesOf(target, now)}),
    tried as (
      select max(coalesce(r.rank, ${rankOf('2')}::int)) as rank from candidate
      left join unnest(${methods}::text[], ${ranks}::int[]) as r (method, rank) on r.method = candidate.method
    ),
    paid as (${claimCounts(cost, now)})
    select who.user_id, who.username, who.email, who.roles, who.security_version, who.login_id, who.area, who.session_id, who.auth_time,
      who.session_ends_at, who.session_acr, who.open, who.alive, exists (select from paid) as paid,
      (select in_a_row from paid) as in_a_row, (select rank from paid) as rank,
      (select t.reported_until from throttles t where t.user_id = who.user_id) as reported_until,
      coalesce((select json_agg(json_build_object('id', id, 'method', method, 'label', label,
        'dataSealed', data_sealed, 'version', version, 'pending', pending,
        'challenge', case when challenge_id is not null then json_build_object(
          'id', challenge_id, 'stateSealed', state_sealed, 'open', challenge_open) end)) from candidate), '[]') as candidates
    from who`.execute(db);
  return rows[0];
}
