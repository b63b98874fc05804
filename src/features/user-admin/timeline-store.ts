import { sql } from 'kysely';
import type { Db } from '../../../db/connect.ts';
import { type TimelineEvent, type TimelineNotice, timelineTypes } from '../../domain/users/timeline-words.ts';

/** The end of a page: the time of its last entry, and that entry's key among those of the same time. */
export type TimelinePosition = { readonly at: Date; readonly key: string };

type Common = {
  readonly at: Date;
  readonly key: string;
  readonly ip: string | null;
  readonly actor: string | null;
};
export type Entry = Common & ({ readonly event: TimelineEvent } | { readonly notice: TimelineNotice });

type TimelineRow = Common & {
  readonly event: TimelineEvent | null;
  readonly notice: TimelineNotice | null;
} & Times;
type Times = { readonly answeredAt: Date | null; readonly endedAt: Date | null };

/** The audit events of a user, and the mails and texts to that user with their results, newest first. */
export async function findTimeline(
  db: Db,
  user: { readonly id: string; readonly username: string },
  { after, limit }: { readonly after: TimelinePosition | null; readonly limit: number },
): Promise<readonly Entry[]> {
  const position = after
    ? sql`(at, key collate "C") < (${after.at}::timestamptz, ${after.key}::text)`
    : sql`true`;
  const part = sql`where ${position} order by at desc, key collate "C" desc limit ${limit}`;
  const { rows } = await sql<TimelineRow>`
    with events as (
      select * from (
        select date_trunc('milliseconds', e.at) as at, 'e' || lpad(e.seq::text, 19, '0') as key, e.ip,
          (select a.username from users a where a.id = e.actor_id) as actor, t.answered_at, null::timestamptz as ended_at,
          json_build_object('type', e.type, 'outcome', e.outcome, 'method', e.method, 'area', e.area, 'hint', f.hint,
            'reason', e.detail ->> 'reason', 'textFailed', t.failed,
            'callerMethod', e.detail ->> 'caller_method', 'evidence', e.detail -> 'evidence',
            'fromAsker', (e.detail ->> 'from_asker')::boolean) as event, null::json as notice
        from audit_events e left join factors f on f.id = e.factor_id
        left join sms_texts t on t.factor_id = e.factor_id and t.sent_at = e.at
        where e.user_id = ${user.id}::uuid and e.type = any(${timelineTypes}::text[])
      ) e ${part}
    ), mails as (
      select * from (
        select date_trunc('milliseconds', m.created_at) as at, 'l' || m.id as key, null as ip, null as actor,
          null::timestamptz as answered_at, m.ended_at, null::json as event,
          json_build_object('channel', m.channel, 'subject', m.subject, 'hint', m.hint, 'attempts', m.attempts,
            'sent', m.sent, 'trouble', m.trouble) as notice
        from (
          select id, channel, subject, hint, created_at, ended_at, sent, trouble, 12 as attempts from letters
          where username = ${user.username}
          union all
          select id, channel, subject, hint, created_at, null, null, trouble, attempts from outbox
          where username = ${user.username}
        ) m
      ) m ${part}
    ) select * from (select * from events union all select * from mails) entries
    order by at desc, key collate "C" desc limit ${limit}`.execute(db);
  return rows.map(({ at, key, ip, actor, event, notice, answeredAt, endedAt }): Entry => {
    const common = { at, key, ip, actor };
    if (event) return { ...common, event: { ...event, answeredAt } };
    if (notice) return { ...common, notice: { ...notice, endedAt } };
    throw new Error('An entry is an event or a notice');
  });
}
