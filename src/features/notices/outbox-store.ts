import { randomUUID } from 'node:crypto';
import { type RawBuilder, sql } from 'kysely';
import type { Db } from '../../../db/connect.ts';
import { maskAddress } from '../../domain/users/email-address.ts';
import type { AssociatedData, Vault } from '../../lib/crypto/vault.ts';
import type { OutboxFigures } from '../../platform/kernel/ports.ts';

export type OutMail = {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
};

export function mailData({ id }: { readonly id: string }): AssociatedData {
  return { table: 'outbox', row: id, column: 'message_sealed' };
}

/** A mail to nobody: written where it must not be told by the time whether there is somebody. Nothing is sent. */
export const nobody = '';

export type EncryptedMail = {
  readonly id: string;
  readonly messageSealed: string;
  /** Whose account it is about; null where it goes to nobody. */
  readonly username: string | null;
  readonly subject: string;
  readonly hint: string;
};

/** With what may be told of it without opening it: whose it is, its subject, and the address masked. */
export function encryptMail(vault: Vault, mail: OutMail, username: string): EncryptedMail {
  const id = randomUUID();
  const { to, subject } = mail;
  const messageSealed = vault.encrypt(JSON.stringify(mail), mailData({ id }));
  // A name that was only typed may be a password.
  return { id, messageSealed, username: to === nobody ? null : username, subject, hint: maskAddress(to) };
}

/** Puts a mail into the outbox, in the transaction of what it tells of: sent after the commit, or never written. */
export async function enqueueMail(
  db: Db,
  {
    vault,
    mail,
    username,
    now,
  }: { readonly vault: Vault; readonly mail: OutMail; readonly username: string; readonly now: Date },
): Promise<void> {
  const times = { createdAt: now, nextAttemptAt: now };
  await db
    .insertInto('outbox')
    .values({ ...encryptMail(vault, mail, username), ...times })
    .execute();
}

/**
 * The insert as a piece of SQL, for statements that change something and tell of it at once. `from` (such as
 * `from throttle where …`) makes the mails depend on the change.
 */
export function enqueueInsert(mails: readonly EncryptedMail[], now: Date, from: RawBuilder<unknown>) {
  const column = (name: keyof EncryptedMail) => mails.map((mail) => mail[name]);
  return sql`insert into outbox (id, message_sealed, username, subject, hint, created_at, next_attempt_at)
    select mail.id, mail.sealed, mail.username, mail.subject, mail.hint, ${now}::timestamptz, ${now}::timestamptz
    from unnest(${column('id')}::uuid[], ${column('messageSealed')}::text[], ${column('username')}::text[],
      ${column('subject')}::text[], ${column('hint')}::text[])
      as mail (id, sealed, username, subject, hint) where exists (select ${from})`;
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
  return JSON.parse(vault.decrypt(sealed, mailData({ id })));
}

/** Sent, or given up: it leaves the outbox, and what became of it is kept. One to nobody leaves no trace. */
export async function endMail(db: Db, id: string, sent: boolean, now: Date): Promise<void> {
  await sql`
    with gone as (delete from outbox where id = ${id}::uuid returning *)
    insert into letters (id, username, subject, hint, created_at, ended_at, sent, trouble)
    select id, username, subject, hint, created_at, ${now}::timestamptz, ${sent}::boolean,
      case when not ${sent}::boolean then trouble end
    from gone where username is not null`.execute(db);
}

/** A mail that nobody needs any more: nothing is told of it. */
export async function dropMail(db: Db, id: string): Promise<void> {
  await db.deleteFrom('outbox').where('id', '=', id).execute();
}

/** Why a mail could not be sent this time, as the mail server may be quoted. */
export async function noteTrouble(db: Db, id: string, trouble: string | null): Promise<void> {
  await db.updateTable('outbox').set({ trouble }).where('id', '=', id).execute();
}

/** Without those that wait for something else than a mail server: see held-notices-store.ts. */
export async function findOutboxFigures(db: Db, now: Date): Promise<OutboxFigures> {
  const { rows } = await sql<OutboxFigures>`
    select count(*)::int as waiting, (count(*) filter (where attempts > 0))::int as failing, min(created_at) as oldest
    from outbox where held_user is null or next_attempt_at <= ${now}`.execute(db);
  return rows[0] ?? { waiting: 0, failing: 0, oldest: null };
}
