import { sql } from 'kysely';
import type { Db } from '../../../db/connect.ts';
import type { EventType } from '../../domain/audit/events.ts';
import {
  type Breaker,
  type Counts,
  conversionRules,
  everyCountry,
} from '../../domain/sms/conversion-breaker.ts';
import { challengeSeconds } from '../../domain/throttling/send-limits.ts';
import type { AuditContext } from '../../platform/kernel/request-context.ts';
import { auditInsert } from '../audit/audit-store.ts';

export type Watched = { readonly scope: string; readonly breaker: Breaker | null; readonly counts: Counts };

type BreakerRow = Counts & {
  scope: string;
  trippedAt: Date | null;
  resumesAt: Date | null;
  closedAt: Date | null;
};

/**
 * The scopes to judge. They are all countries together, every country with a breaker, and every country that new
 * numbers recently got texts in. Recently means within the last hour and the life of a code before it.
 */
export async function findWatched(db: Db, now: Date): Promise<readonly Watched[]> {
  const over = new Date(now.getTime() - challengeSeconds * 1000);
  const from = new Date(over.getTime() - conversionRules.windowSeconds * 1000);
  const { rows } = await sql<BreakerRow>`
    with scopes as (
      select ${everyCountry}::text as scope
      union select country from sms_texts where is_new and sent_at > ${from}
      union select scope from sms_breakers
    )
    select s.scope, b.tripped_at, b.resumes_at, b.closed_at, c.*
    from scopes s left join sms_breakers b on b.scope = s.scope
    cross join lateral (
      select count(*)::int as sent,
        (count(*) filter (where t.sent_at <= ${over}))::int as settled,
        count(t.answered_at)::int as answered,
        (count(t.answered_at) filter (where t.sent_at <= ${over}))::int as settled_answered
      from sms_texts t
      where t.is_new and (s.scope = ${everyCountry} or t.country = s.scope)
        and case when b.closed_at is null and b.scope is not null
          then t.sent_at >= b.resumes_at -- the trials
          else not t.failed and t.sent_at > greatest(${from}::timestamptz, b.closed_at) end
    ) c order by s.scope`.execute(db);
  return rows.map(({ scope, trippedAt, resumesAt, closedAt, ...counts }) => ({
    scope,
    breaker: trippedAt && resumesAt ? { scope, trippedAt, resumesAt, closedAt } : null,
    counts,
  }));
}

/** True from the trip until the breaker closes, also while it is half open. */
export async function isTripped(db: Db, country: string): Promise<boolean> {
  const scopes = [country, everyCountry];
  const tripped = db.selectFrom('smsBreakers').select('scope').where('scope', 'in', scopes);
  return !!(await tripped.where('closedAt', 'is', null).executeTakeFirst());
}

/** Returns false if another instance was faster. A breaker that fails its trials keeps the time of its first trip. */
export async function tripBreaker(db: Db, ctx: AuditContext, one: Watched): Promise<boolean> {
  const resumesAt = new Date(ctx.now.getTime() + conversionRules.pauseSeconds * 1000);
  return auditBreaker(db, ctx, {
    type: 'sms_paused',
    one,
    change: sql`
    insert into sms_breakers as b (scope, tripped_at, resumes_at)
    values (${one.scope}, ${ctx.now}, ${resumesAt})
    on conflict (scope) do update set closed_at = null, resumes_at = excluded.resumes_at,
      tripped_at = case when b.closed_at is null then b.tripped_at else excluded.tripped_at end
    where b.closed_at is not distinct from ${one.breaker?.closedAt ?? null}::timestamptz
      and b.resumes_at = ${one.breaker?.resumesAt ?? null}::timestamptz
    returning 1`,
  });
}

export async function closeBreaker(db: Db, ctx: AuditContext, one: Watched): Promise<boolean> {
  return auditBreaker(db, ctx, {
    type: 'sms_resumed',
    one,
    change: sql`
    update sms_breakers set closed_at = ${ctx.now}
    where scope = ${one.scope} and closed_at is null and resumes_at = ${one.breaker?.resumesAt ?? null}::timestamptz
    returning 1`,
  });
}

/** Changes a breaker and audits the change, in one statement. */
async function auditBreaker(
  db: Db,
  ctx: AuditContext,
  {
    type,
    one: { scope, counts },
    change,
  }: { readonly type: EventType; readonly one: Watched; readonly change: ReturnType<typeof sql> },
): Promise<boolean> {
  const detail = { scope, sent: counts.sent, answered: counts.answered };
  const event = {
    type,
    outcome: type === 'sms_paused' ? 'refused' : 'success',
    method: 'sms',
    detail,
  } as const;
  const { numAffectedRows = 0n } = await sql`
    with changed as (${change}) ${auditInsert(event, ctx, sql`from changed`)}`.execute(db);
  return numAffectedRows > 0n;
}
