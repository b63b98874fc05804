import { sql } from 'kysely';
import type { Db } from '../../db/connect.ts';
import type { MFAProvider } from './core/provider.ts';
import type { SendRules } from './core/sends.ts';

/**
 * Takes one send from a budget. Null where it is granted, else the seconds to wait. One conditional statement,
 * so that of many at once exactly as many are granted as are left.
 */
export async function paySend(db: Db, subject: string, rules: SendRules, now: Date): Promise<number | null> {
  const { rows } = await payForSend(subject, rules, now).execute(db);
  return rows.length === 1 ? null : secondsToWait(db, subject, rules, now);
}

/** As a piece of SQL: has a row where the send is granted. */
export function payForSend(
  subject: string,
  { windowSeconds, apartSeconds, perWindow }: SendRules,
  now: Date,
) {
  const windowEnd = new Date(now.getTime() + windowSeconds * 1000);
  const apart = new Date(now.getTime() - apartSeconds * 1000);
  return sql`
    insert into sends as s (subject, sent, window_ends_at, last_sent_at)
    values (${subject}, 1, ${windowEnd}::timestamptz, ${now}::timestamptz)
    on conflict (subject) do update set
      sent = case when s.window_ends_at <= ${now} then 1 else s.sent + 1 end,
      window_ends_at = case when s.window_ends_at <= ${now} then excluded.window_ends_at else s.window_ends_at end,
      last_sent_at = excluded.last_sent_at
    where s.last_sent_at <= ${apart} and (s.window_ends_at <= ${now} or s.sent < ${perWindow})
    returning 1`;
}

async function secondsToWait(db: Db, subject: string, rules: SendRules, now: Date): Promise<number> {
  const row = await db.selectFrom('sends').selectAll().where('subject', '=', subject).executeTakeFirst();
  if (!row) return 1;
  const apartEnd = row.lastSentAt.getTime() + rules.apartSeconds * 1000;
  const windowEnd = row.sent >= rules.perWindow ? row.windowEndsAt.getTime() : 0;
  return Math.max(1, Math.ceil((Math.max(apartEnd, windowEnd) - now.getTime()) / 1000));
}

/** The subject under which a user is asked on their own device, of one method. */
export function openSubject({ method }: Pick<MFAProvider, 'method'>, userId: string): string {
  return `${method}:open:${userId}`;
}

/** It was decided what came of asking somebody on their device: they may be asked again. */
export async function endOpenSend(
  db: Db,
  provider: Pick<MFAProvider, 'method' | 'pace'>,
  userId: string,
): Promise<void> {
  if (!provider.pace) return;
  await db.deleteFrom('sends').where('subject', '=', openSubject(provider, userId)).execute();
}
