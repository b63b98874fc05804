import { type RawBuilder, sql } from 'kysely';
import type { Db } from '../../../db/connect.ts';
import type { MFAProvider } from '../../domain/mfa/provider.ts';
import type { SendRules } from '../../domain/throttling/send-limits.ts';

type BudgetLine = { readonly subject: string; readonly rules: SendRules; readonly shared?: true };

/**
 * Takes one send from each budget, in order, up to the first that refuses. If all grant it, writes what `write` makes
 * and returns the seconds until all would grant the next. If a budget refuses, returns it with the seconds to wait,
 * and gives back the sends of the budgets before it. If `unless` has a row, takes no send and returns no refusal. One
 * statement makes conditional updates, so simultaneous calls together get exactly the sends that are left.
 */
export async function reserveSends<One extends BudgetLine>(
  db: Db,
  {
    budgets,
    now,
    write = () => sql`select 1`,
    unless = sql`select where false`,
  }: {
    readonly budgets: readonly One[];
    readonly now: Date;
    readonly write?: ((from: RawBuilder<unknown>) => RawBuilder<unknown>) | undefined;
    readonly unless?: RawBuilder<unknown> | undefined;
  },
): Promise<ReservedSends<One>> {
  const names = budgets.map((_, at) => sql.raw(`reserved_${at}`));
  const fromBefore = (at: number) => (at === 0 ? sql`from allowed` : sql`from ${names[at - 1]}`);
  const reservations = budgets.map(
    ({ subject, rules }, at) => sql`${names[at]} as (${reserveSendOf(subject, rules, now, fromBefore(at))})`,
  );
  const granted = sql.join(
    names.map((name) => sql`(select count(*) from ${name})`),
    sql` + `,
  );
  const ends = budgets.map(({ rules, shared }, at) =>
    shared ? sql`null` : nextSendAt(rules, now, names[at] ?? sql``),
  );
  const { rows } = await sql<{ granted: number; nextAt: Date | null; allowed: boolean }>`
    with allowed as (select where not exists (${unless})), ${sql.join(reservations)},
    written as (${write(fromBefore(budgets.length))})
    select (${granted})::int as granted, greatest(${sql.join(ends)}) as next_at,
      exists (select from allowed) as allowed`.execute(db);
  const { granted: count = 0, nextAt: next = null, allowed = false } = rows[0] ?? {};
  if (!allowed) return { refused: null, waitSeconds: null, nextSeconds: null };
  const refused = budgets[count];
  if (!refused) return { refused: null, waitSeconds: null, nextSeconds: secondsUntil(next, now) };
  await releaseSends(db, budgets.slice(0, count));
  const waitSeconds = await secondsToWait(db, refused.subject, refused.rules, now);
  return { refused, waitSeconds, nextSeconds: null };
}

type ReservedSends<One> =
  | { readonly refused: One; readonly waitSeconds: number; readonly nextSeconds: null }
  /** `nextSeconds` is null if `unless` had a row. */
  | { readonly refused: null; readonly waitSeconds: null; readonly nextSeconds: number | null };

/** A piece of SQL: the time at which a budget that has granted a send would grant the next. */
function nextSendAt({ perWindow, apartSeconds }: SendRules, now: Date, reservation: RawBuilder<unknown>) {
  const apartEnd = new Date(now.getTime() + apartSeconds * 1000);
  return sql`
    (select case when sent >= ${perWindow} then window_ends_at else ${apartEnd}::timestamptz end from ${reservation})`;
}

function secondsUntil(end: Date | null, now: Date): number {
  return end ? Math.max(0, Math.ceil((end.getTime() - now.getTime()) / 1000)) : 0;
}

/** Takes one send from one budget. Returns false if the budget refuses it. */
export async function reserveSend(db: Db, subject: string, rules: SendRules, now: Date): Promise<boolean> {
  return (await reserveSendOf(subject, rules, now).execute(db)).rows.length > 0;
}

/** A piece of SQL that has a row if the budget grants the send. It takes the send only if `from` has a row. */
export function reserveSendOf(
  subject: string,
  { windowSeconds, apartSeconds, perWindow }: SendRules,
  now: Date,
  from: RawBuilder<unknown> = sql``,
) {
  const windowEnd = new Date(now.getTime() + windowSeconds * 1000);
  const apart = new Date(now.getTime() - apartSeconds * 1000);
  return sql`
    insert into sends as s (subject, sent, window_ends_at, last_sent_at)
    select ${subject}::text, 1, ${windowEnd}::timestamptz, ${now}::timestamptz ${from}
    on conflict (subject) do update set
      sent = case when s.window_ends_at <= ${now} then 1 else s.sent + 1 end,
      window_ends_at = case when s.window_ends_at <= ${now} then excluded.window_ends_at else s.window_ends_at end,
      last_sent_at = greatest(s.last_sent_at, excluded.last_sent_at)
    where (${apartSeconds}::int = 0 or s.last_sent_at <= ${apart}) -- instances that share a budget differ by milliseconds
      and (s.window_ends_at <= ${now} or s.sent < ${perWindow})
    returning s.sent, s.window_ends_at`;
}

/**
 * Gives back sends as if no caller had asked for them. Locks the rows in the order in which reserveSends does,
 * because two calls could otherwise deadlock.
 */
async function releaseSends(db: Db, budgets: readonly BudgetLine[]): Promise<void> {
  if (budgets.length === 0) return;
  const subjects = budgets.map(({ subject }) => subject);
  const apart = budgets.map(({ rules }) => rules.apartSeconds);
  await sql`
    with held as (
      select s.subject, b.apart
      from unnest(${subjects}::text[], ${apart}::int[]) with ordinality as b (subject, apart, at)
      join sends s on s.subject = b.subject order by b.at for update of s
    )
    update sends s set sent = greatest(s.sent - 1, 0), last_sent_at = s.last_sent_at - make_interval(secs => held.apart)
    from held where s.subject = held.subject`.execute(db);
}

async function secondsToWait(db: Db, subject: string, rules: SendRules, now: Date): Promise<number> {
  const row = await db.selectFrom('sends').selectAll().where('subject', '=', subject).executeTakeFirst();
  if (!row) return 1;
  const apartEnd = rules.apartSeconds && row.lastSentAt.getTime() + rules.apartSeconds * 1000;
  const windowEnd = row.sent >= rules.perWindow ? row.windowEndsAt.getTime() : 0;
  return Math.max(1, Math.ceil((Math.max(apartEnd, windowEnd) - now.getTime()) / 1000));
}

/** The budget's subject for the open request of one method on a user's own device. */
export function openSubject({ method }: Pick<MFAProvider, 'method'>, userId: string): string {
  return `${method}:open:${userId}`;
}

/** Ends the open request on a user's device after it was decided, so that the service may send the next one. */
export async function endOpenSend(
  db: Db,
  provider: Pick<MFAProvider, 'method' | 'delivery'>,
  userId: string,
): Promise<void> {
  if (!provider.delivery?.pace) return;
  await db.deleteFrom('sends').where('subject', '=', openSubject(provider, userId)).execute();
}
