import { randomUUID } from 'node:crypto';
import { type RawBuilder, sql } from 'kysely';
import type { Db } from '../../../db/connect.ts';
import type { Toll } from '../../domain/mfa/provider.ts';
import { maskAddress } from '../../domain/users/email-address.ts';
import type { AssociatedData, Vault } from '../../lib/crypto/vault.ts';
import type { OutboxFigures } from '../../platform/kernel/ports.ts';

/** The link "it was not me" of a message. The service stores it when the message leaves. */
export type NotMe = {
  readonly token: string;
  readonly username: string;
  readonly notice: string;
  /** RFC 3339. */
  readonly writtenAt: string;
};

export type OutMail = {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly notMe?: NotMe;
};

/** A text message. It has the subject of the mail about the same event, which the record shows. */
export type OutText = {
  readonly to: string;
  readonly text: string;
  readonly userId: string;
  readonly toll: Toll;
  readonly notMe?: NotMe;
};

export function mailData({ id }: { readonly id: string }): AssociatedData {
  return { table: 'outbox', row: id, column: 'message_sealed' };
}

/**
 * The recipient of a mail that the service never sends. The service writes it so that the response time does not show
 * whether an account exists.
 */
export const nobody = '';

export type EncryptedMail = {
  readonly id: string;
  readonly messageSealed: string;
  /** The user of the account that the mail is about; null if the recipient is `nobody`. */
  readonly username: string | null;
  readonly subject: string;
  readonly hint: string;
};

/**
 * Encrypts a mail. The username, the subject and the masked address stay in clear text, so that the service can show
 * them without decryption.
 */
export function encryptMail(vault: Vault, mail: OutMail, username: string): EncryptedMail {
  const id = randomUUID();
  const { to, subject } = mail;
  const messageSealed = vault.encrypt(JSON.stringify(mail), mailData({ id }));
  // A typed name that belongs to no account may be a password.
  return { id, messageSealed, username: to === nobody ? null : username, subject, hint: maskAddress(to) };
}

/**
 * Puts a mail into the outbox, in the transaction of the change that it reports. If the transaction rolls back, the
 * mail is not written and not sent.
 */
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
 * Puts a text message into the outbox, in the transaction of the change that it reports. The username, the subject and
 * the masked number stay in clear text, as those of a mail.
 */
export async function enqueueText(
  db: Db,
  {
    vault,
    text,
    now,
    ...shown
  }: {
    readonly vault: Vault;
    readonly text: OutText;
    readonly username: string;
    readonly subject: string;
    readonly hint: string;
    readonly now: Date;
  },
): Promise<void> {
  const id = randomUUID();
  const messageSealed = vault.encrypt(JSON.stringify(text), mailData({ id }));
  await db
    .insertInto('outbox')
    .values({ id, channel: 'sms', messageSealed, ...shown, createdAt: now, nextAttemptAt: now })
    .execute();
}

/**
 * The insert as a piece of SQL, so that one statement makes a change and enqueues its mails. `from` (such as `from
 * throttle where …`) makes the mails depend on the change.
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
  /** The budget that the first delivery takes one send from; null if the mail has no budget. */
  readonly onceSubject: string | null;
};

/** Takes mails that are due: see takeDueOf. */
export async function takeDue(db: Db, vault: Vault, most: number, now: Date) {
  const rows = await takeDueOf(db, 'mail', most, now);
  return rows.map(({ messageSealed, ...row }) => ({
    ...row,
    mail: decrypted<OutMail>(vault, messageSealed, row.id),
  }));
}

/** Takes text messages that are due: see takeDueOf. */
export async function takeDueTexts(db: Db, vault: Vault, most: number, now: Date) {
  const rows = await takeDueOf(db, 'sms', most, now);
  return rows.map(({ id, attempts, messageSealed }) => ({
    id,
    attempts,
    message: decrypted<OutText>(vault, messageSealed, id),
  }));
}

/**
 * Takes messages that are due, and postpones each to its next attempt. Only one instance takes a message. If that
 * instance does not remove it by then, an instance tries again. Messages leave in the order in which they were written,
 * so that a user with two of them sees which event came first.
 */
async function takeDueOf(
  db: Db,
  channel: 'mail' | 'sms',
  most: number,
  now: Date,
): Promise<readonly Taken[]> {
  const { rows } = await sql<Taken>`
    with taken as (
      update outbox set attempts = attempts + 1,
        next_attempt_at = ${now}::timestamptz + least(power(2, attempts) * 30, 21600) * interval '1 second'
      where id in (select id from outbox where channel = ${channel} and next_attempt_at <= ${now}
        order by next_attempt_at, number limit ${most} for update skip locked)
      returning id, message_sealed, attempts, number, created_at, told_once)
    select id, message_sealed, attempts, created_at, told_once as once_subject from taken order by number`.execute(
    db,
  );
  return rows;
}

function decrypted<Message>(vault: Vault, sealed: string, id: string): Message {
  return JSON.parse(vault.decrypt(sealed, mailData({ id })));
}

/**
 * Removes a message from the outbox after delivery or the last attempt, and keeps its outcome in `letters`. A mail to
 * `nobody` leaves no record.
 */
export async function endMessage(db: Db, id: string, sent: boolean, now: Date): Promise<void> {
  await sql`
    with gone as (delete from outbox where id = ${id}::uuid returning *)
    insert into letters (id, channel, username, subject, hint, created_at, ended_at, sent, trouble)
    select id, channel, username, subject, hint, created_at, ${now}::timestamptz, ${sent}::boolean,
      case when not ${sent}::boolean then trouble end
    from gone where username is not null`.execute(db);
}

/** Removes a mail that is no longer needed, without a record. */
export async function dropMail(db: Db, id: string): Promise<void> {
  await db.deleteFrom('outbox').where('id', '=', id).execute();
}

/** Stores why an attempt failed. `trouble` contains only what the service may quote from the carrier. */
export async function noteTrouble(db: Db, id: string, trouble: string | null): Promise<void> {
  await db.updateTable('outbox').set({ trouble }).where('id', '=', id).execute();
}

/**
 * The mails alone, because the figures say whether a mail server takes them. Leaves out held notices, which do not wait
 * for one: see held-notices-store.ts.
 */
export async function findOutboxFigures(db: Db, now: Date): Promise<OutboxFigures> {
  const { rows } = await sql<OutboxFigures>`
    select count(*)::int as waiting, (count(*) filter (where attempts > 0))::int as failing, min(created_at) as oldest
    from outbox where channel = 'mail' and (held_user is null or next_attempt_at <= ${now})`.execute(db);
  return rows[0] ?? { waiting: 0, failing: 0, oldest: null };
}
