import { type RawBuilder, type SqlBool, sql } from 'kysely';
import { loginThrottleRules } from '../../domain/throttling/password-throttle.ts';
import { throttleRules } from '../../domain/throttling/second-factor-throttle.ts';

/** Fewer digits than these are in too many numbers to be meant as one. */
const leastDigits = 3;

/** Whether a row of `users` has this text in its name, its mail address or its telephone number, in whatever case. */
export function contains(text: string): RawBuilder<SqlBool> {
  const wanted = text.toLowerCase();
  const digits = digitsOf(text);
  const phone = digits && sql`or strpos(users.phone, ${digits}) > 0`;
  return sql<SqlBool>`(strpos(users.username, ${wanted}) > 0 or strpos(lower(users.email), ${wanted}) > 0
    ${phone ?? sql``})`;
}

/** Of a number as people write it, with blanks and a zero in front: as it stands within one that is stored (E.164). */
function digitsOf(text: string): string | null {
  if (!/^[+\d\s()./-]+$/.test(text)) return null;
  const digits = text.replaceAll(/\D/g, '').replace(/^0+/, '');
  return digits.length >= leastDigits ? digits : null;
}

/**
 * Whether codes or passwords of a row of `users` are not looked at now: their second factor is locked, a factor of theirs was
 * disabled by wrong codes, or wrong passwords block a network. What an unlocking would change.
 */
export function isLocked(now: Date): RawBuilder<SqlBool> {
  const blocked = sql`array(select l.subject from login_throttles l where l.window_ends_at > ${now}
    and l.failures >= case when l.network = '*' then ${loginThrottleRules.overall}::int
      else ${loginThrottleRules.perNetwork}::int end)`;
  // By sets that are read once: looked up for each row, they would take a second for a hundred thousand users.
  return sql<SqlBool>`(
    users.id in (select t.user_id from throttles t where t.locked_until > ${now} or t.reported_until > ${now}
      or (t.failed >= ${throttleRules.answersPerWindow} and t.window_ends_at > ${now}))
    or users.id in (select d.user_id from factors d where d.disabled_at is not null)
    or (cardinality(${blocked}) > 0 and ${subjectOfName} = any(${blocked})))`;
}

/** As throttleKey in throttling/password-throttle-store.ts: SHA-256 in base64url. */
const subjectOfName = sql`rtrim(translate(encode(sha256(convert_to(users.username, 'UTF8')), 'base64'), '+/', '-_'), '=')`;
