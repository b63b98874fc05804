import { type RawBuilder, sql } from 'kysely';
import { challengeSeconds } from '../../domain/throttling/send-limits.ts';
import { networkOf } from '../../lib/client-info.ts';
import type { AuditContext } from '../../platform/kernel/request-context.ts';
import type { EncryptedMail } from './outbox-store.ts';

/** The account with the failed login. `loginId` is null if the client sent password and code in one request. */
type HeldFor = { readonly userId: string; readonly loginId: string | null };

/**
 * Pieces of SQL that hold back notices of a failed second step, once for each login. The worker sends the notices
 * when the login has ended without a right code. It sends them at once if `over` has a row, because no right code can
 * follow then. The send budget counts a notice when the worker sends it. Otherwise a user's own typing errors would
 * use up the notices about an attacker.
 */
export function holdNotices(
  notices: readonly EncryptedMail[],
  { client: { ip }, now }: AuditContext,
  { found: { userId, loginId }, over }: { readonly found: HeldFor; readonly over: RawBuilder<unknown> },
) {
  // with password and code in one request, there is no login to wait for
  const later = new Date(now.getTime() + challengeSeconds * 1000);
  const isOver = sql`exists (select from ${over})`;
  return sql`
    post_failed as (
      insert into outbox (id, message_sealed, created_at, next_attempt_at, held_login, held_user, held_network, told_once)
      select mail.id, mail.sealed, ${now}::timestamptz,
        case when ${isOver} then ${now}::timestamptz else coalesce(login.expires_at, ${later}::timestamptz) end,
        ${loginId}::uuid, case when not ${isOver} then ${userId}::uuid end, ${networkOf(ip)}::text,
        ${`notice:second_factor_failed:${userId}:`}::text || mail.at
      from unnest(${notices.map(({ id }) => id)}::uuid[], ${notices.map((one) => one.messageSealed)}::text[])
        with ordinality as mail (id, sealed, at)
      left join logins login on login.id = ${loginId}::uuid
      where exists (select from throttle) and coalesce(login.status, '') <> 'passed'
        and not exists (select from outbox held where held.held_login = ${loginId}::uuid)
    ),
    released as (
      update outbox set next_attempt_at = ${now}::timestamptz, held_user = null
      where held_login = ${loginId}::uuid and held_user is not null and ${isOver}
    )`;
}

/**
 * A piece of SQL that deletes held notices after a right code. The wrong codes before it were typing errors of the
 * user.
 */
export function dropNotices(
  { userId, loginId }: HeldFor,
  from: RawBuilder<unknown>,
  { client: { ip }, now }: AuditContext,
): RawBuilder<unknown> {
  return sql`
    delete from outbox where held_user = ${userId}::uuid and next_attempt_at > ${now}::timestamptz
      and (held_login = ${loginId}::uuid or held_network = ${networkOf(ip)}::text) and exists (select ${from})`;
}
