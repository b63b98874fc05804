import { sql } from 'kysely';
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
import { crowdAt, exemptUsers, kindsOf } from '../adoption/crowd-store.ts';
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
 * As SQL, over the kinds `f` of a user's factors: whether one counts and one can be answered. The same rule as
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
    bool_or(not f.disabled and f.method = any(${answerable}::text[]))`;
}

/** As SQL, over the kinds `f` of a user's factors: whether one is a passkey that opens the area by itself. */
function passkeyUnder({ passkeys }: WhoCounts) {
  return sql`bool_or(f.is_passkey and not f.disabled and f.method = any(${passkeys}::text[]))`;
}

/**
 * Why a login would be refused, with the right password or with a passkey; null if it would not. As SQL, for users `c` of
 * a population `p` whose factors are `k`. `c` says what differs among them: grace_over, exempt and approved.
 */
function refusalUnder(
  { policy }: WhoCounts,
  { able, passkey }: { readonly able: Column; readonly passkey: Column },
  rollout: Rollout,
) {
  if (!takesPassword(policy)) return sql`case when not coalesce(${passkey}, false) then 'no_passkey' end`;
  const mustEnrol =
    policy.mfa === 'required'
      ? sql`not ${policy.exemptible ? sql`c.approved` : sql`false`}`
      : policy.mfa === 'if_enrolled'
        ? sql`(${askedSince(rollout, 'p')} is not null and coalesce(c.grace_over, false) and not c.exempt)`
        : sql`false`;
  const asks = asksFactors(policy) ? sql`true` : sql`false`;
  const opens = policy.firstFactor === 'either' ? sql`coalesce(${passkey}, false)` : sql`false`;
  return sql`case
    when ${opens} then null
    when p.passwordless then 'no_password'
    when coalesce(k.enrolled, false) then case when ${asks} and not ${able} then 'no_factor_counts' end
    when ${mustEnrol} or p.reset then 'must_enrol' end`;
}

/** Whether a login asks a user who has a factor for it. */
function asksFactors({ mfa }: Policy): boolean {
  return mfa === 'required' || mfa === 'if_enrolled';
}

/**
 * What a login asks for beyond the present policy, by the population `p` alone; null for nothing more. As SQL. It holds for
 * users whom neither policy refuses.
 */
function moreAsked(before: WhoCounts, after: WhoCounts) {
  if (!asksFactors(after.policy)) return sql`null`;
  if (!asksFactors(before.policy)) return sql`case when k.enrolled then 'factor' end`;
  return sql`case when k.enrolled and k.loses_factor then 'other_factor' end`;
}

/** Whether the change ends the trust in devices, so that a login of an enrolled user asks for the factor again. */
function endsTrust(before: WhoCounts, after: WhoCounts): boolean {
  const asks = asksFactors(before.policy) && asksFactors(after.policy);
  return asks && before.policy.trustedDeviceSeconds !== null && after.policy.trustedDeviceSeconds === null;
}

/** As SQL: whether a trusted device `d` of user `u` still counts. */
function isTrusted(area: AreaName, now: Date) {
  return sql`d.user_id = u.id and d.area = ${area} and d.expires_at > ${now}
    and d.password_changed_at = u.password_changed_at
    and d.factors_changed_at is not distinct from u.factors_changed_at`;
}

/** As SQL, over the kinds `f` of a user's factors: whether one that counts now would count no more. */
function losesFactor(before: WhoCounts, after: WhoCounts) {
  const lost = before.fit.filter((method) => !after.fit.includes(method));
  return sql`bool_or(not f.is_backup and not f.disabled and f.method = any(${lost}::text[]))`;
}

type Column = ReturnType<typeof sql.ref>;

/**
 * Since when the grace of a user without a row in `graces` is over, as SQL; null for never. The user is `s`, of a population
 * `p`. The same rule as `askedOfUnenrolled` in domain/policy/rollout.ts.
 */
function graceWithoutRow(rollout: Rollout) {
  const first = askedSince(rollout, 'p');
  return sql`(greatest(${first}, s.created_at) + ${rollout.graceSeconds} * interval '1 second')`;
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

type Question = {
  readonly area: AreaName;
  readonly after: WhoCounts;
  readonly before: WhoCounts;
  readonly rollout: Rollout;
  readonly page: SimulationPage;
  readonly now: Date;
};

/**
 * Counts the active users who may enter the area, and whom the changed policy would refuse or ask for more. Returns a
 * page of one kind by name. It judges populations and not users, so it takes as long with a million users as with a
 * thousand. Then it reads the users of the page, from populations that have such users.
 */
export async function simulate(db: Db, question: Question): Promise<Simulation> {
  const { area, after, before, rollout, now } = question;
  const trust = endsTrust(before, after);
  const { rows } = await sql<Simulation>`
    with ${kindsUnder(question)},
    crowd as (${crowdUnder(question)}),
    judged as materialized (
      select p.id, c.users, ${refusalUnder(after, columns('after'), rollout)} as after,
        ${refusalUnder(before, columns('before'), rollout)} as before, ${moreAsked(before, after)} as more, k.enrolled
      from crowd c join populations p on p.id = c.population_id left join kinds k on k.id = p.id
      where ${isMember(question)}
    ),
    seen as (select id, users, after, before, case when after is null and before is null then more end as more, enrolled
      from judged),
    trusting as (${trust ? trustingUsers(area, now) : sql`select 0 as users`}),
    affected as (${affectedPopulations(question, trust)}),
    page as (${pageOf(question, trust)})
    select coalesce(sum(users), 0)::int as members, coalesce(sum(users) filter (where after is not null), 0)::int as refused,
      coalesce(sum(users) filter (where after is not null and before is null), 0)::int as newly_refused,
      (coalesce(sum(users) filter (where more is not null), 0) + (select users from trusting))::int as asked_more,
      coalesce((select json_agg(page order by username collate "C") from page), '[]') as page
    from seen`.execute(db);
  const row = rows[0];
  if (!row) throw new Error('An aggregate gives a row');
  return row;
}

/** What each population can prove under the two policies. */
function kindsUnder({ after, before }: Question) {
  return sql`kinds as (
    select p.id, bool_or(not f.is_backup) as enrolled, ${factsUnder(after)} as able_after,
      ${factsUnder(before)} as able_before, ${losesFactor(before, after)} as loses_factor,
      ${passkeyUnder(after)} as passkey_after, ${passkeyUnder(before)} as passkey_before
    from populations p, ${kindsOf} group by p.id)`;
}

function isMember({ after }: Question) {
  const { roles } = after.policy;
  return sql`p.status = 'active' and ${roles === 'all' ? sql`true` : sql`p.roles && ${roles}::text[]`}`;
}

/**
 * The crowd, with the users whom the rollout asks and who have no row in `graces` yet: a job begins their grace within a
 * minute. So there are few of them.
 */
function crowdUnder({ rollout, now }: Question) {
  if (Object.keys(rollout.targets).length === 0) return crowdAt(now);
  const moved = sql`(values (true, 1), (false, -1)) moved (there, n)`;
  return sql`
    select population_id, grace_over, exempt, approved, sum(users)::int as users from (
      ${crowdAt(now)}
      union all
      select p.id, case when there then ${graceWithoutRow(rollout)} <= ${now} end, false, false, n
      from populations p cross join lateral (
        select user_id, created_at from user_facts where population_id = p.id and grace_ends_at is null
          and user_id not in (select user_id from (${exemptUsers(now)}) e)
        offset 0 -- population by population: else the planner reads the facts of all of them
      ) s, ${moved}
      where p.status = 'active' and ${askedSince(rollout, 'p')} is not null
        and not exists (select from ${kindsOf} where not f.is_backup)
    ) parts group by 1, 2, 3, 4 having sum(users) <> 0`;
}

/** How many users of populations that are asked for nothing more lose the trust in their device. */
function trustingUsers(area: AreaName, now: Date) {
  return sql`select count(distinct u.id)::int as users
    from trusted_devices d join users u on ${isTrusted(area, now)} join user_facts s on s.user_id = u.id
    where s.population_id in (select id from seen where enrolled and after is null and before is null and more is null)`;
}

/** The populations with users for the page. */
function affectedPopulations({ page: { of } }: Question, trust: boolean) {
  if (of === 'refused') return sql`select distinct id from seen where after is not null`;
  const trusting = trust ? sql`or (enrolled and after is null and before is null)` : sql``;
  return sql`select distinct id from seen where more is not null ${trusting}`;
}

/** The users of the page: the first by name of each of those populations, and then the first of them all. */
function pageOf(
  { area, after, before, rollout, page: { of, cursor, limit }, now }: Question,
  trust: boolean,
) {
  const more = trust
    ? sql`coalesce(${moreAsked(before, after)}, case when k.enrolled and exists (
        select from users u, trusted_devices d where u.id = s.user_id and ${isTrusted(area, now)}) then 'trusted_device' end)`
    : moreAsked(before, after);
  const reason =
    of === 'refused'
      ? sql`judged.after`
      : sql`case when judged.after is null and judged.before is null then judged.more end`;
  return sql`
    select one.id, one.username, one.reason, one.newly
    from affected join populations p on p.id = affected.id left join kinds k on k.id = p.id
    cross join lateral (
      select s.user_id as id, s.username, ${reason} as reason, judged.before is null as newly
      from user_facts s
      cross join lateral (
        select coalesce(s.grace_ends_at, ${graceWithoutRow(rollout)}) <= ${now} as grace_over, e.user_id is not null as exempt, coalesce(e.approved, false) as approved
        from (values (1)) always left join (${exemptUsers(now)}) e on e.user_id = s.user_id
      ) c
      cross join lateral (
        select ${refusalUnder(after, columns('after'), rollout)} as after, ${refusalUnder(before, columns('before'), rollout)} as before,
          ${more} as more
      ) judged
      -- Not p.id: else the planner reads the users of every population, and only then leaves out the unaffected.
      where s.population_id = affected.id and s.username collate "C" > ${cursor} and ${reason} is not null
      order by s.username collate "C" limit ${limit}
    ) one
    order by one.username collate "C" limit ${limit}`;
}

/** As SQL, over the kinds `f` of factors of a user `u`: whether a password and a factor, or a passkey alone, open the area. */
function opensUnder(who: WhoCounts) {
  const byPassword = sql`(not u.passwordless and ${factsUnder(who)})`;
  const { firstFactor } = who.policy;
  if (firstFactor === 'password') return byPassword;
  return firstFactor === 'passkey' ? passkeyUnder(who) : sql`(${byPassword} or ${passkeyUnder(who)})`;
}

function columns(when: 'after' | 'before') {
  return { able: sql.ref(`k.able_${when}`), passkey: sql.ref(`k.passkey_${when}`) };
}

/** How many active users of these roles could log in under the policy, by the factors that they have. */
export async function countAble(db: Db, who: WhoCounts, roles: readonly string[]): Promise<number> {
  const { rows } = await sql<{ able: number }>`
    select count(*)::int as able from (
      select u.id from users u join (
        select user_id, method, is_backup, is_passkey, disabled_at is not null as disabled from factors
        where confirmed_at is not null
      ) f on f.user_id = u.id
      where u.status = 'active' and u.roles && ${roles}::text[]
      group by u.id having ${opensUnder(who)}
    ) one`.execute(db);
  return rows[0]?.able ?? 0;
}
