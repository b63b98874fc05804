import { sql } from 'kysely';
import type { Db } from '../../../db/connect.ts';
import type { Breaker } from '../../domain/sms/conversion-breaker.ts';
import type { TextCounts } from '../../domain/sms/text-counts.ts';

const mostPrefixes = 10;

export async function countTexts(
  db: Db,
  begin: Date,
): Promise<readonly (TextCounts & { readonly country: string })[]> {
  const { rows } = await sql<TextCounts & { country: string }>`
    select country, count(*)::int as sent, count(answered_at)::int as answered,
      (count(*) filter (where failed))::int as failed,
      (count(*) filter (where is_new))::int as new_sent,
      (count(answered_at) filter (where is_new))::int as new_answered
    from sms_texts where sent_at >= ${begin} group by country`.execute(db);
  return rows;
}

/** The sends that were taken from the budgets of the day, and from the budgets of the prefixes with the most sends. */
export async function findSpent(
  db: Db,
  now: Date,
): Promise<readonly { readonly subject: string; readonly sent: number }[]> {
  const { rows } = await sql<{ subject: string; sent: number }>`
    (select subject, sent from sends
      where (subject in ('sms:day', 'sms:notices:day') or subject like 'sms:country:%') and window_ends_at > ${now})
    union all
    (select subject, sent from sends
      where subject like 'sms:prefix:%' and window_ends_at > ${now} and sent > 0
      order by sent desc, subject limit ${mostPrefixes})`.execute(db);
  return rows;
}

export async function findBreakers(db: Db): Promise<readonly Breaker[]> {
  return db.selectFrom('smsBreakers').selectAll().orderBy('scope').execute();
}
