import { type RawBuilder, sql } from 'kysely';
import type { Db } from '../../../db/connect.ts';
import { everyCountry } from '../../domain/sms/conversion-breaker.ts';
import { provenSeconds, unansweredOfProven } from '../../domain/sms/sms-limits.ts';

export type Text = {
  /** That of its challenge. */
  readonly id: string;
  readonly factorId: string;
  readonly country: string;
  readonly isNew: boolean;
};

export type NumberReputation = {
  /** A code to this factor came back lately, and from before the breaker tripped: a person reads what is sent. */
  readonly proven: boolean;
  readonly tripped: readonly { readonly scope: string; readonly resumesAt: Date }[];
};

/** How a number stands, and whether texts to its country are paused. */
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

/** Keeps that a text is sent, where `from` has a row: its budgets were granted. */
export function textInsert({ id, factorId, country, isNew }: Text, now: Date, from: RawBuilder<unknown>) {
  return sql`
    insert into sms_texts (id, factor_id, country, is_new, sent_at)
    select ${id}::uuid, ${factorId}::uuid, ${country}::text, ${isNew}::boolean, ${now}::timestamptz ${from}`;
}

/** The code came back; a piece of SQL for the statement that takes it. Of other methods there is no row. */
export function textAnswered(challengeId: string | null, now: Date, from: RawBuilder<unknown>) {
  return sql`update sms_texts set answered_at = ${now}
    where id = ${challengeId}::uuid and answered_at is null and exists (select ${from})`;
}

/** The carrier failed, so that nobody could answer: it says nothing about who reads. Its budget stays spent. */
export async function markFailed(db: Db, id: string): Promise<void> {
  await db.updateTable('smsTexts').set({ failed: true }).where('id', '=', id).execute();
}
