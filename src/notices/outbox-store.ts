import { randomUUID } from 'node:crypto';
import { type RawBuilder, sql } from 'kysely';
import type { Db } from '../../db/connect.ts';
import type { Place, Vault } from '../vault.ts';

export type OutMail = {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
};

export function mailPlace({ id }: { readonly id: string }): Place {
  return { table: 'outbox', row: id, column: 'message_sealed' };
}

/** A mail to nobody: written where it must not be told by the time whether there is somebody. Nothing is sent. */
export const nobody = '';

export type Sealed = { readonly id: string; readonly messageSealed: string };

export function sealMail(vault: Vault, mail: OutMail): Sealed {
  const id = randomUUID();
  return { id, messageSealed: vault.seal(JSON.stringify(mail), mailPlace({ id })) };
}

/** Puts a mail into the outbox, in the transaction of what it tells of: sent after the commit, or never written. */
export async function postMail(db: Db, vault: Vault, mail: OutMail, now: Date): Promise<void> {
  const times = { createdAt: now, nextAttemptAt: now };
  await db
    .insertInto('outbox')
    .values({ ...sealMail(vault, mail), ...times })
    .execute();
}

/**
 * The insert as a piece of SQL, for statements that change something and tell of it at once. `from` (such as
 * `from throttle where …`) makes the mails depend on the change.
 */
export function postInsert(mails: readonly Sealed[], now: Date, from: RawBuilder<unknown>) {
  return sql`insert into outbox (id, message_sealed, created_at, next_attempt_at)
    select mail.id, mail.sealed, ${now}::timestamptz, ${now}::timestamptz
    from unnest(${mails.map(({ id }) => id)}::uuid[], ${mails.map((mail) => mail.messageSealed)}::text[])
      as mail (id, sealed) where exists (select ${from})`;
}

type Taken = {
  readonly id: string;
  readonly messageSealed: string;
  readonly attempts: number;
  readonly createdAt: Date;
  /** The budget that its delivery is paid from, once; null where it always goes out. */
  readonly toldOnce: string | null;
};

/**
 * Takes what is due, of any number of instances each mail to one, and puts it off: a mail that is not removed by
 * then is tried again. In the order in which they were written: whoever reads two wants to know what came first.
 */
export async function takeDue(db: Db, vault: Vault, most: number, now: Date) {
  const { rows } = await sql<Taken>`
    with taken as (
      update outbox set attempts = attempts + 1,
        next_attempt_at = ${now}::timestamptz + least(power(2, attempts) * 30, 21600) * interval '1 second'
      where id in (select id from outbox where next_attempt_at <= ${now} order by next_attempt_at, number limit ${most}
        for update skip locked)
      returning id, message_sealed, attempts, number, created_at, told_once)
    select id, message_sealed, attempts, created_at, told_once from taken order by number`.execute(db);
  return rows.map(({ messageSealed, ...row }) => ({
    ...row,
    mail: opened(vault, messageSealed, row.id),
  }));
}

function opened(vault: Vault, sealed: string, id: string): OutMail {
  return JSON.parse(vault.open(sealed, mailPlace({ id })));
}

export async function removeMail(db: Db, id: string): Promise<void> {
  await db.deleteFrom('outbox').where('id', '=', id).execute();
}

export type OutboxFigures = {
  readonly waiting: number;
  /** Of these, how many could not be sent at least once. */
  readonly failing: number;
  readonly oldest: Date | null;
};

/** Without those that wait for something else than a mail server: see held-letters-store.ts. */
export async function findOutboxFigures(db: Db, now: Date): Promise<OutboxFigures> {
  const { rows } = await sql<OutboxFigures>`
    select count(*)::int as waiting, (count(*) filter (where attempts > 0))::int as failing, min(created_at) as oldest
    from outbox where held_user is null or next_attempt_at <= ${now}`.execute(db);
  return rows[0] ?? { waiting: 0, failing: 0, oldest: null };
}
