import { type RawBuilder, type SqlBool, sql } from 'kysely';
import type { PasswordLimits } from '../../domain/throttling/password-throttle.ts';
import { throttleRules } from '../../domain/throttling/second-factor-throttle.ts';

/** A search for fewer digits matches too many numbers to be useful. */
const leastDigits = 3;

/** Whether a row of `users` has this text in its username, mail address or phone number, regardless of case. */
export function contains(text: string): RawBuilder<SqlBool> {
  const wanted = text.toLowerCase();
  const digits = digitsOf(text);
  const phone = digits && sql`or strpos(users.phone, ${digits}) > 0`;
  return sql<SqlBool>`(strpos(users.username, ${wanted}) > 0 or strpos(lower(users.email), ${wanted}) > 0
    ${phone ?? sql``})`;
}

/**
 * Whether the index of parts has all parts of this text for a row of `users`. True for more rows than `contains`, because
 * the parts may come from different places. See the migration 0043.
 */
export function hasParts(text: string): RawBuilder<SqlBool> {
  const digits = digitsOf(text);
  const wanted = [text.toLowerCase(), ...(digits ? [digits] : [])].map(partsOf);
  return sql<SqlBool>`parts_of_user(users.username, users.email, users.phone) @@ ${wanted.join(' | ')}::tsquery`;
}

/** Every three letters of a text, as a tsquery. A shorter text is the beginning of a part. */
function partsOf(text: string): string {
  const letters = [...text];
  if (letters.length < 3) return `${quoted(text)}:*`;
  const parts = new Set(letters.slice(2).map((_, at) => letters.slice(at, at + 3).join('')));
  return `(${[...parts].map(quoted).join(' & ')})`;
}

function quoted(part: string): string {
  return `'${part.replaceAll(/['\\]/g, '$&$&')}'`;
}

/**
 * The digits of a phone number as people write it, with blanks and a leading zero. They match a part of a stored
 * number (E.164). Null if the text is not a phone number.
 */
function digitsOf(text: string): string | null {
  if (!/^[+\d\s()./-]+$/.test(text)) return null;
  const digits = text.replaceAll(/\D/g, '').replace(/^0+/, '');
  return digits.length >= leastDigits ? digits : null;
}

/**
 * Whether the service now refuses codes or passwords of a row of `users`. That is so if the second factor is locked,
 * wrong codes disabled a factor, wrong passwords block a network, or the owner locked the account. An unlock would clear exactly these states.
 */
export function isLocked(now: Date, limits: PasswordLimits): RawBuilder<SqlBool> {
  const blocked = sql`array(select l.subject from login_throttles l where l.window_ends_at > ${now}
    and l.failures >= case when l.network = '*' then ${limits.overall}::int
      else ${limits.perNetwork}::int end)`;
  // The database reads these sets once. A lookup for each row would take a second with a hundred thousand users.
  return sql<SqlBool>`(users.reported_at is not null
    or users.id in (select t.user_id from throttles t where t.locked_until > ${now} or t.reported_until > ${now}
      or (t.failed >= ${throttleRules.answersPerWindow} and t.window_ends_at > ${now}))
    or users.id in (select d.user_id from factors d where d.disabled_at is not null)
    or (cardinality(${blocked}) > 0 and ${subjectOfName} = any(${blocked})))`;
}

/** The subject that throttleKey in throttling/password-throttle-store.ts computes: SHA-256 in base64url. */
const subjectOfName = sql`rtrim(translate(encode(sha256(convert_to(users.username, 'UTF8')), 'base64'), '+/', '-_'), '=')`;
