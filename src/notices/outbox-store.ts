import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { Db } from '../../db/connect.ts';
import type { Vault } from '../vault.ts';

export type OutMail = {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
};

function place(id: string) {
  return { table: 'outbox', row: id, column: 'message_sealed' };
}

/** Puts a mail into the outbox, in the transaction of what it tells of: sent after the commit, or never written. */
export async function postMail(db: Db, vault: Vault, mail: OutMail, now: Date): Promise<void> {
  const id = randomUUID();
  const messageSealed = vault.seal(JSON.stringify(mail), place(id));
  await db.insertInto('outbox').values({ id, messageSealed, createdAt: now, nextAttemptAt: now }).execute();
}

/**
 * Takes what is due, of any number of instances each mail to one, and puts it off: a mail that is not removed by
 * then is tried again.
 */
export async function takeDue(db: Db, vault: Vault, most: number, now: Date) {
  const { rows } = await sql<{ id: string; messageSealed: string; attempts: number }>`
    update outbox set attempts = attempts + 1,
      next_attempt_at = ${now}::timestamptz + least(power(2, attempts) * 30, 21600) * interval '1 second'
    where id in (select id from outbox where next_attempt_at <= ${now} order by next_attempt_at limit ${most}
      for update skip locked)
    returning id, message_sealed, attempts`.execute(db);
  return rows.map(({ id, messageSealed, attempts }) => ({
    id,
    attempts,
    mail: opened(vault, messageSealed, id),
  }));
}

function opened(vault: Vault, sealed: string, id: string): OutMail {
  return JSON.parse(vault.open(sealed, place(id)));
}

export async function removeMail(db: Db, id: string): Promise<void> {
  await db.deleteFrom('outbox').where('id', '=', id).execute();
}
