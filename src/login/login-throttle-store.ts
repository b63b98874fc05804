import { createHash } from 'node:crypto';
import { type RawBuilder, sql } from 'kysely';
import type { Db } from '../../db/connect.ts';
import { loginThrottleRules as rules } from './core/login-throttle.ts';

/** Whose password is tried, and from which network. */
export type Guess = { readonly subject: string; readonly network: string };

/** Unknown names are counted like known ones, under a hash, for what is typed there may be a password. */
export function guessOf(username: string, network: string): Guess {
  return { subject: createHash('sha256').update(username).digest('base64url'), network };
}

/**
 * CTEs that pay for one guess: `here` (this network) and `overall` have a row where the guess is admitted.
 * A guess that is refused here does not count overall, so a blocked stranger blocks nobody else.
 */
export function payForGuess({ subject, network }: Guess, now: Date) {
  const windowEnd = new Date(now.getTime() + rules.windowSeconds * 1000);
  const knownSince = new Date(now.getTime() - rules.knownNetworkSeconds * 1000);
  const counted = sql`
      failures = case when t.window_ends_at <= ${now} then 1 else t.failures + 1 end,
      window_ends_at = case when t.window_ends_at <= ${now} then excluded.window_ends_at else t.window_ends_at end`;
  return sql`
    here as (
      insert into login_throttles as t (subject, network, failures, window_ends_at)
      values (${subject}, ${network}, 1, ${windowEnd})
      on conflict (subject, network) do update set ${counted}
        where t.window_ends_at <= ${now} or t.failures < ${rules.perNetwork}
      returning t.last_success_at, t.failures
    ), overall as (
      insert into login_throttles as t (subject, network, failures, window_ends_at)
      select ${subject}, '*', 1, ${windowEnd}::timestamptz from here
      on conflict (subject, network) do update set ${counted}
        where t.window_ends_at <= ${now} or t.failures < ${rules.overall}
          or exists (select from here where last_success_at > ${knownSince})
      returning 1
    )`;
}

/**
 * CTEs for the right password: this network's count is cleared, of the overall count only what was paid just now. The
 * rows are taken in the order in which a guess is paid: in another, two logins of one user would wait for each other.
 * `where` (such as `and exists (…)`) makes it depend on what the statement does beside.
 */
export function clearGuess({ subject, network }: Guess, now: Date, where: RawBuilder<unknown> = sql``) {
  return sql`
    cleared_here as (
      update login_throttles set failures = 0, last_success_at = ${now}
      where subject = ${subject} and network = ${network} ${where} returning 1
    ), cleared as (
      update login_throttles set failures = greatest(failures - 1, 0), last_success_at = ${now}
      where subject = ${subject} and network = '*' and (select count(*) from cleared_here) >= 0 ${where}
    )`;
}

/** Seconds until a guess would be admitted again, when one was refused. */
export function guessWait({ subject, network }: Guess, now: Date) {
  return sql<{ seconds: number }>`
    select ceil(extract(epoch from max(window_ends_at) - ${now}::timestamptz))::int as seconds from login_throttles
    where subject = ${subject} and window_ends_at > ${now}
      and ((network = ${network} and failures >= ${rules.perNetwork}) or (network = '*' and failures >= ${rules.overall}))`;
}

/** Whoever has shown to own the account does not wait for what others tried. Known networks stay known. */
export async function clearFailures(db: Db, username: string): Promise<void> {
  const { subject } = guessOf(username, '');
  const own = db.updateTable('loginThrottles').set({ failures: 0 }).where('subject', '=', subject);
  await own.where('network', '<>', '*').execute(); // in the order in which a guess is paid
  await own.where('network', '=', '*').execute();
}

/** What is counted against a name just now. */
export async function findFailures(db: Db, username: string, now: Date) {
  const { subject } = guessOf(username, '');
  const rows = await db
    .selectFrom('loginThrottles')
    .select(['network', 'failures'])
    .where('subject', '=', subject)
    .where('windowEndsAt', '>', now)
    .execute();
  const overall = rows.find(({ network }) => network === '*')?.failures ?? 0;
  const blocked = rows.filter(({ network, failures }) => network !== '*' && failures >= rules.perNetwork);
  return { overall, blockedNetworks: blocked.length };
}
