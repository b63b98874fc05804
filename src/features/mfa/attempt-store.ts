import { type RawBuilder, sql } from 'kysely';
import { type Db, pipelined } from '../../../db/connect.ts';
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
  readonly challenge: {
    readonly id: string;
    readonly stateSealed: string;
    readonly status: 'open' | 'passed' | 'denied';
  } | null;
};

export type ClaimedAttempt = {
  readonly userId: string;
  readonly username: string;
  readonly email: string | null;
  readonly language: string | null;
  readonly roles: readonly string[];
  readonly securityVersion: number;
  readonly loginId: string | null;
  readonly area: AreaName | null;
  readonly sessionId: string | null;
  /** When the user gave the password. `sessionEndsAt`: when the session that steps up ends; null otherwise. */
  readonly authTime: Date;
  readonly sessionEndsAt: Date | null;
  /** The present `acr` of the session that steps up; null otherwise. */
  readonly sessionAcr: string | null;
  /** What the user has shown in that session; null otherwise. */
  readonly sessionAmr: readonly string[] | null;
  /**
   * False if the temp token or session has ended, or if the user is disabled or has changed since the caller read it.
   */
  readonly open: boolean;
  /** False for a temp token that was cancelled, such as after too many wrong answers. */
  readonly alive: boolean;
  /** Whether an attempt was reserved. False if the throttle refused it or no factor could match. */
  readonly claimed: boolean;
  /** The wrong answers in a row, this answer included; null if no attempt was reserved. */
  readonly inARow: number | null;
  /**
   * The rank of the level that the attempt counts against: the strongest that the answer could be meant for. See
   * `rankOf`.
   */
  readonly rank: number | null;
  /** Before this time no approval counts, because the owner has reported an attack; null if there is no report. */
  readonly reportedUntil: Date | null;
  readonly candidates: readonly CandidateFactor[];
};

/** The source of an answer. It determines the user, and the factors that the answer may belong to. */
export type VerificationTarget =
  | { readonly by: 'tempToken'; readonly tokenHash: string; readonly methods: readonly string[] }
  | {
      readonly by: 'session';
      readonly answerer: Answerer;
      readonly methods: { readonly all: readonly string[]; readonly challengeless: readonly string[] };
    }
  | {
      readonly by: 'enrolment';
      readonly answerer: Answerer;
      /** Null for the newest pending factor. */
      readonly factorId: string | null;
      readonly methods: readonly string[];
    };

/** A user who is identified already. `securityVersion` is given if the account must be unchanged since it was read. */
type Answerer = {
  readonly userId: string;
  readonly sessionId: string | null;
  readonly authTime: Date;
  readonly securityVersion?: number;
  /** The challenge that the answer may be for. If it is not given, it is the last one of the session. */
  readonly challengeId?: string | null;
};

function whoOf(target: VerificationTarget, now: Date): RawBuilder<unknown> {
  return target.by === 'tempToken' ? loginOf(target.tokenHash, now) : ownerOf(target.answerer);
}

function loginOf(tokenHash: string, now: Date): RawBuilder<unknown> {
  return sql`
    select l.user_id, u.username, u.email, u.language, u.roles, u.security_version, l.id as login_id, l.area, l.session_id, l.challenge_id,
      coalesce(s.auth_time, l.created_at) as auth_time, s.expires_at as session_ends_at,
      case when s.id is not null then ${currentAcr} end as session_acr, s.amr as session_amr, l.status <> 'dead' as alive,
      l.status <> 'passed' and l.expires_at > ${now} and u.status = 'active' and s.ended_at is null as open
    from logins l join users u on u.id = l.user_id left join sessions s on s.id = l.session_id
    where l.token_hash = ${tokenHash}`;
}

function ownerOf({
  userId,
  sessionId,
  authTime,
  securityVersion,
  challengeId = null,
}: Answerer): RawBuilder<unknown> {
  return sql`
    select u.id as user_id, u.username, u.email, u.language, u.roles, u.security_version, null::uuid as login_id, null::text as area,
      ${sessionId}::uuid as session_id, coalesce(${challengeId}::uuid, (
        select l.challenge_id from logins l where l.session_id = ${sessionId}::uuid
        order by l.created_at desc limit 1)) as challenge_id,
      ${authTime}::timestamptz as auth_time, null::timestamptz as session_ends_at,
      null::text as session_acr, null::text[] as session_amr, true as alive,
      u.status = 'active' and u.security_version = coalesce(${securityVersion ?? null}::int, u.security_version)
        and (${sessionId}::uuid is null or exists (select from sessions s
          where s.id = ${sessionId}::uuid and s.ended_at is null)) as open
    from users u where u.id = ${userId}::uuid`;
}

/**
 * `array_position` keeps the planner to the index by user. With `=`, a planner that has no statistics yet, as after an
 * import, reads all factors of a method from the index of unique ids.
 */
const isOneOf = (methods: readonly string[]) => sql`array_position(${methods}::text[], f.method) is not null`;

const candidateFields = sql`f.id, f.method, f.label, f.data_sealed, f.version, f.confirmed_at is null as pending,
  c.id as challenge_id, c.state_sealed, c.status as challenge_status`;

function candidatesOf(target: VerificationTarget, now: Date): RawBuilder<unknown> {
  switch (target.by) {
    case 'tempToken': // the factor of the login's challenge, or a backup
      return sql`
        select ${candidateFields} from who join factors f on f.user_id = who.user_id
        left join challenges c on c.id = who.challenge_id and c.factor_id = f.id and c.expires_at > ${now}
        where f.confirmed_at is not null and f.disabled_at is null and ${isOneOf(target.methods)}
          and (c.id is not null or f.is_backup)`;
    case 'session': // a challengeless factor, or the factor of the session's last challenge
      return sql`
        select ${candidateFields} from who join factors f on f.user_id = who.user_id
        left join challenges c on c.id = who.challenge_id and c.factor_id = f.id and c.expires_at > ${now}
          and (c.status = 'open' or f.method <> all(${target.methods.challengeless}::text[])) -- a step-up that is over is not asked
        where f.confirmed_at is not null and f.disabled_at is null and ${isOneOf(target.methods.all)}
          and (c.id is not null or f.method = any(${target.methods.challengeless}::text[]))`;
    case 'enrolment': // a pending factor: the one with the given id, or the newest
      return sql`
        select ${candidateFields} from (
          select p.* from factors p join who on p.user_id = who.user_id
          where p.confirmed_at is null and p.expires_at > ${now}
            and (${target.factorId}::uuid is null or p.id = ${target.factorId}::uuid)
          order by p.created_at desc limit 1
        ) f left join challenges c on c.factor_id = f.id and c.expires_at > ${now}
        where ${isOneOf(target.methods)}`;
  }
}

/**
 * Finds the user and the candidate factors, and reserves an attempt, in one statement. However many answers arrive at
 * once, the throttle admits only as many as it has room for. `cost` is 0 for an answer that cannot be guessed, and for
 * a later round of the same answer. The attempt counts against the strongest level that the answer could be meant for.
 * A method of unknown level counts as level 2.
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
    claimed as (${claimCounts(cost, now)})
    select who.user_id, who.username, who.email, who.language, who.roles, who.security_version, who.login_id, who.area, who.session_id, who.auth_time,
      who.session_ends_at, who.session_acr, who.session_amr, who.open, who.alive, exists (select from claimed) as claimed,
      (select in_a_row from claimed) as in_a_row, (select rank from claimed) as rank,
      (select t.reported_until from throttles t where t.user_id = who.user_id) as reported_until,
      coalesce((select json_agg(json_build_object('id', id, 'method', method, 'label', label,
        'dataSealed', data_sealed, 'version', version, 'pending', pending,
        'challenge', case when challenge_id is not null then json_build_object(
          'id', challenge_id, 'stateSealed', state_sealed, 'status', challenge_status) end)) from candidate), '[]') as candidates
    from who`.execute(pipelined(db));
  return rows[0];
}
