import { type RawBuilder, sql } from 'kysely';
import type { Db } from '../../../db/connect.ts';
import { meets } from '../../domain/policy/assurance-level.ts';
import {
  type AreaName,
  acceptsMethod,
  type Policy,
  takesPasskey,
  takesPassword,
} from '../../domain/policy/policy.ts';
import type { Rollout } from '../../domain/policy/rollout.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import { askedSince } from './grace-store.ts';

/**
 * A policy in the form that the SQL needs. `fit`: the methods that count under it, without backups. `answerable`: the
 * same with backups. `known`: every configured method.
 */
export type WhoCounts = {
  readonly policy: Policy;
  readonly fit: readonly string[];
  readonly answerable: readonly string[];
  readonly known: readonly string[];
  /** The methods whose passkeys are a whole login under it. */
  readonly passkeys: readonly string[];
};

export function whoCounts({ providers }: Pick<Deps, 'providers'>, policy: Policy): WhoCounts {
  const all = [...providers.values()];
  const counting = all.filter(({ method, level }) => acceptsMethod(policy, method, level));
  return {
    policy,
    fit: counting.filter(({ backup }) => !backup).map(({ method }) => method),
    answerable: counting.map(({ method }) => method),
    known: all.map(({ method }) => method),
    passkeys: all.filter((one) => one.passkey && takesPasskey(policy, one)).map(({ method }) => method),
  };
}

/**
 * As SQL, over the factors `f` of a user: whether one factor counts and one can be answered. The same rule as
 * `eligibleFactors` in mfa/eligible-factors.ts: a factor counts even if it is disabled or its method is switched off.
 */
function factsUnder({ policy, fit, answerable, known }: WhoCounts) {
  const { allowedMethods, minLevel } = policy;
  const names = allowedMethods === 'all' ? sql`true` : sql`f.method = any(${allowedMethods}::text[])`;
  const switchedOff = meets('2', minLevel)
    ? sql`(f.method <> all(${known}::text[]) and ${names})`
    : sql`false`;
  return sql`
    bool_or(not f.is_backup and (f.method = any(${fit}::text[]) or ${switchedOff})) and
    bool_or(f.disabled_at is null and f.method = any(${answerable}::text[]))`;
}

/** As SQL, over the factors `f` of a user: whether one of them is a passkey that opens the area by itself. */
function passkeyUnder({ passkeys }: WhoCounts) {
  return sql`bool_or(f.is_passkey and f.disabled_at is null and f.method = any(${passkeys}::text[]))`;
}

/**
 * Why a login would be refused, with the right password or with a passkey; null if it would not. As SQL, for user `u`
 * with factors `f` and grace `g`.
 */
function refusalUnder(
  { policy }: WhoCounts,
  { able, passkey }: { readonly able: Column; readonly passkey: Column },
  rollout: Rollout,
  now: Date,
) {
  if (!takesPassword(policy)) return sql`case when not coalesce(${passkey}, false) then 'no_passkey' end`;
  const mustEnrol =
    policy.mfa === 'required'
      ? sql`not ${policy.exemptible ? exempt(sql`e.approved_by is not null`, now) : sql`false`}`
      : policy.mfa === 'if_enrolled'
        ? graceOver(rollout, now)
        : sql`false`;
  const asks = asksFactors(policy) ? sql`true` : sql`false`;
  const opens = policy.firstFactor === 'either' ? sql`coalesce(${passkey}, false)` : sql`false`;
  return sql`case
    when ${opens} then null
    when u.passwordless then 'no_password'
    when f.user_id is not null and f.enrolled then case when ${asks} and not ${able} then 'no_factor_counts' end
    when ${mustEnrol} or u.mfa_reset_at is not null then 'must_enrol' end`;
}

/** Whether a login asks a user who has a factor for it. */
function asksFactors({ mfa }: Policy): boolean {
  return mfa === 'required' || mfa === 'if_enrolled';
}

/**
 * What a login of user `u` with factors `f` asks for beyond the present policy; null for nothing more. As SQL. It holds
 * for users whom neither policy refuses.
 */
function moreAsked(area: AreaName, before: WhoCounts, after: WhoCounts, now: Date) {
  if (!asksFactors(after.policy)) return sql`null`;
  if (!asksFactors(before.policy)) return sql`case when f.enrolled then 'factor' end`;
  const endsTrust =
    before.policy.trustedDeviceSeconds !== null && after.policy.trustedDeviceSeconds === null
      ? sql`exists (select from trusted_devices d where d.user_id = u.id and d.area = ${area} and d.expires_at > ${now}
          and d.password_changed_at = u.password_changed_at
          and d.factors_changed_at is not distinct from u.factors_changed_at)`
      : sql`false`;
  return sql`case when f.enrolled and f.loses_factor then 'other_factor'
    when f.enrolled and ${endsTrust} then 'trusted_device' end`;
}

/** As SQL, over the factors `f` of a user: whether one that counts now would count no more. */
function losesFactor(before: WhoCounts, after: WhoCounts) {
  const lost = before.fit.filter((method) => !after.fit.includes(method));
  return sql`bool_or(not f.is_backup and f.disabled_at is null and f.method = any(${lost}::text[]))`;
}

type Column = ReturnType<typeof sql.ref>;

/** The same rule as `askedOfUnenrolled` in domain/policy/rollout.ts. */
function graceOver(rollout: Rollout, now: Date) {
  const first = askedSince(rollout);
  const length = sql`${rollout.graceSeconds} * interval '1 second'`;
  return sql`(${first} is not null
    and coalesce(g.ends_at, greatest(${first}, u.created_at) + ${length}) <= ${now}
    and not ${exempt(sql`true`, now)})`;
}

/** Whether user `u` has an exemption `e` of a kind. */
function exempt(kind: RawBuilder<unknown>, now: Date) {
  return sql`exists (select from exemptions e
    where e.user_id = u.id and e.ended_at is null and e.ends_at > ${now} and ${kind})`;
}

type Affected = {
  readonly id: string;
  readonly username: string;
  readonly reason:
    | ('must_enrol' | 'no_factor_counts' | 'no_passkey' | 'no_password')
    | ('factor' | 'other_factor' | 'trusted_device');
  readonly newly: boolean;
};

/** `of`: the users whom the policy refuses, or those whom it lets in and asks for more than now. */
export type SimulationPage = {
  readonly of: 'refused' | 'asked_more';
  readonly cursor: string;
  readonly limit: number;
};

export type Simulation = {
  readonly members: number;
  readonly refused: number;
  readonly newlyRefused: number;
  readonly askedMore: number;
  readonly page: readonly Affected[];
};

/**
 * Counts the active users who may enter the area, and whom the changed policy would refuse or ask for more. Returns a
 * page of one kind by name.
 */
export async function simulate(
  db: Db,
  {
    area,
    after,
    before,
    rollout,
    page: { of, cursor, limit },
    now,
  }: {
    readonly area: AreaName;
    readonly after: WhoCounts;
    readonly before: WhoCounts;
    readonly rollout: Rollout;
    readonly page: SimulationPage;
    readonly now: Date;
  },
): Promise<Simulation> {
  const { roles } = after.policy;
  const members = roles === 'all' ? sql`true` : sql`u.roles && ${roles}::text[]`;
  const reason = of === 'refused' ? sql.ref('after') : sql.ref('more');
  const { rows } = await sql<Simulation>`
    with f as (
      select f.user_id, bool_or(not f.is_backup) as enrolled, ${factsUnder(after)} as able_after,
        ${factsUnder(before)} as able_before, ${losesFactor(before, after)} as loses_factor,
        ${passkeyUnder(after)} as passkey_after, ${passkeyUnder(before)} as passkey_before
      from factors f where f.confirmed_at is not null group by f.user_id
    ), judged as materialized (
      select u.id, u.username, ${refusalUnder(after, columns('after'), rollout, now)} as after,
        ${refusalUnder(before, columns('before'), rollout, now)} as before,
        ${moreAsked(area, before, after, now)} as more
      from users u left join f on f.user_id = u.id left join graces g on g.user_id = u.id
      where u.status = 'active' and ${members}
    ), seen as (
      select id, username, after, before, case when after is null and before is null then more end as more from judged
    ), page as (
      select id, username, ${reason} as reason, before is null as newly from seen
      where ${reason} is not null and username > ${cursor} order by username limit ${limit}
    )
    select count(*)::int as members, count(after)::int as refused,
      (count(*) filter (where after is not null and before is null))::int as newly_refused, count(more)::int as asked_more,
      coalesce((select json_agg(page order by username) from page), '[]') as page
    from seen`.execute(db);
  const row = rows[0];
  if (!row) throw new Error('An aggregate gives a row');
  return row;
}

/** As SQL, over the factors `f` of a user `u`: whether a password and a factor, or a passkey alone, open the area. */
function opensUnder(who: WhoCounts) {
  const byPassword = sql`(not u.passwordless and ${factsUnder(who)})`;
  const { firstFactor } = who.policy;
  if (firstFactor === 'password') return byPassword;
  return firstFactor === 'passkey' ? passkeyUnder(who) : sql`(${byPassword} or ${passkeyUnder(who)})`;
}

function columns(when: 'after' | 'before') {
  return { able: sql.ref(`f.able_${when}`), passkey: sql.ref(`f.passkey_${when}`) };
}

/** How many active users of these roles could log in under the policy, by the factors that they have. */
export async function countAble(db: Db, who: WhoCounts, roles: readonly string[]): Promise<number> {
  const { rows } = await sql<{ able: number }>`
    select count(*)::int as able from (
      select u.id from users u join factors f on f.user_id = u.id
      where u.status = 'active' and u.roles && ${roles}::text[] and f.confirmed_at is not null
      group by u.id having ${opensUnder(who)}
    ) one`.execute(db);
  return rows[0]?.able ?? 0;
}
