import { type RawBuilder, sql } from 'kysely';
import type { Db } from '../../../db/connect.ts';
import { everyCountry } from '../../domain/sms/conversion-breaker.ts';
import { provenSeconds, unansweredOfProven } from '../../domain/sms/sms-limits.ts';

export type Text = {
  /** The id of the text's challenge. */
  readonly id: string;
  readonly factorId: string;
  readonly country: string;
  readonly isNew: boolean;
};

export type NumberReputation = {
  /**
   * A code to this factor came back lately, and the factor is older than the breaker's trip. So a person reads the
   * texts to it.
   */
  readonly proven: boolean;
  readonly tripped: readonly { readonly scope: string; readonly resumesAt: Date }[];
};

/** Whether the number is proven, and the breakers that pause texts to its country. */
export async function findReputation(
  db: Db,
  factorId: string,
  country: string,
  now: Date,
): Promise<NumberReputation> {
  const lately = new Date(now.getTime() - provenSeconds * 1000);
  const { rows } = await sql<{ proven: boolean; tripped: { scope: string; resumesAt: string }[] }>`
    with tripped as (
      select scope, tripped_at, resumes_at from sms_breakers
      where scope in (${country}, ${everyCountry}) and closed_at is null
    )
    select exists (
      select from factors f where f.id = ${factorId}::uuid and f.last_used_at > ${lately}
        and f.confirmed_at < coalesce((select min(tripped_at) from tripped), 'infinity')
        and (select count(*) from sms_texts t where t.factor_id = f.id and t.sent_at > f.last_used_at) < ${unansweredOfProven}
    ) as proven,
    coalesce((select json_agg(json_build_object('scope', scope, 'resumesAt', resumes_at)) from tripped), '[]') as tripped`.execute(
    db,
  );
  const { proven = false, tripped = [] } = rows[0] ?? {};
  return { proven, tripped: tripped.map((one) => ({ ...one, resumesAt: new Date(one.resumesAt) })) };
}

/** SQL: records a text if `from` has a row, which means that its budgets granted the send. */
export function textInsert({ id, factorId, country, isNew }: Text, now: Date, from: RawBuilder<unknown>) {
  return sql`
    insert into sms_texts (id, factor_id, country, is_new, sent_at)
    select ${id}::uuid, ${factorId}::uuid, ${country}::text, ${isNew}::boolean, ${now}::timestamptz ${from}`;
}

/** SQL for the statement that accepts a code: marks its text as answered. Challenges of other methods have no text. */
export function textAnswered(challengeId: string | null, now: Date, from: RawBuilder<unknown>) {
  return sql`update sms_texts set answered_at = ${now}
    where id = ${challengeId}::uuid and answered_at is null and exists (select ${from})`;
}

/**
 * Marks a text that the carrier failed to deliver. Nobody could answer it, so it does not show whether a person reads
 * the texts. Its budget stays spent.
 */
export async function markFailed(db: Db, id: string): Promise<void> {
  await db.updateTable('smsTexts').set({ failed: true }).where('id', '=', id).execute();
}
