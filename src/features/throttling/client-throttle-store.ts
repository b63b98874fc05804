import { type RawBuilder, sql } from 'kysely';
import { clientThrottleRules as rules } from '../../domain/service-accounts/client.ts';
import type { ThrottleKey } from './password-throttle-store.ts';

/**
 * A piece of SQL that counts a failure of a client. It returns no row if the client has reached the limit.
 * Simultaneous failures therefore never count beyond the limit.
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

/** A piece of SQL that clears a client's failures if `from` has a row. */
export function clearClientFailures({ subject, network }: ThrottleKey, from: RawBuilder<unknown>) {
  return sql`
    update login_throttles set failures = 0
    where subject = ${subject} and network = ${network} and failures > 0 and exists (select ${from})`;
}
