import { type RawBuilder, sql } from 'kysely';
import { clientThrottleRules as rules } from '../../domain/service-accounts/client.ts';
import type { ThrottleKey } from './password-throttle-store.ts';

/**
 * As a piece of SQL: counts a failure of a client. No row where there were too many already: so of any number that come
 * together no more are counted than the rule says.
 */
export function countClientFailure({ subject, network }: ThrottleKey, now: Date) {
  const windowEnd = new Date(now.getTime() + rules.windowSeconds * 1000);
  return sql`
    insert into login_throttles as t (subject, network, failures, window_ends_at)
    values (${subject}, ${network}, 1, ${windowEnd})
    on conflict (subject, network) do update set
      failures = case when t.window_ends_at <= ${now} then 1 else t.failures + 1 end,
      window_ends_at = case when t.window_ends_at <= ${now} then excluded.window_ends_at else t.window_ends_at end
      where t.window_ends_at <= ${now} or t.failures < ${rules.failures}
    returning 1`;
}

/** As a piece of SQL: forgets them, if `from` has a row. */
export function clearClientFailures({ subject, network }: ThrottleKey, from: RawBuilder<unknown>) {
  return sql`
    update login_throttles set failures = 0
    where subject = ${subject} and network = ${network} and failures > 0 and exists (select ${from})`;
}
