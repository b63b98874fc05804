import { type RawBuilder, sql } from 'kysely';
import type { Db } from '../../../db/connect.ts';
import type { AuditEvent } from '../../domain/audit/events.ts';
import type { LinkPurpose } from '../../domain/passwords/password-link.ts';
import type { SendRules } from '../../domain/throttling/send-limits.ts';
import type { AuditContext } from '../../platform/kernel/request-context.ts';
import { auditInsert } from '../audit/audit-store.ts';
import { type EncryptedMail, enqueueInsert } from '../notices/outbox-store.ts';
import { reserveSendOf } from '../throttling/send-budget-store.ts';

export type NewLink = {
  readonly tokenHash: string;
  readonly purpose: LinkPurpose;
  readonly expiresAt: Date;
};

/** Replaces an earlier link in the same table. Binds the link to the user's current mail address and password. */
function insertLink(link: NewLink, of: RawBuilder<unknown>, now: Date) {
  return sql`
    insert into password_links (user_id, token_hash, purpose, sent_to, password_changed_at, created_at, expires_at)
    select u.id, ${link.tokenHash}, ${link.purpose}, u.email, u.password_changed_at, ${now}::timestamptz,
      ${link.expiresAt}::timestamptz
    from users u where u.email is not null and ${of}
    on conflict (user_id) do update set token_hash = excluded.token_hash, purpose = excluded.purpose,
      sent_to = excluded.sent_to, password_changed_at = excluded.password_changed_at,
      created_at = excluded.created_at, expires_at = excluded.expires_at`;
}

/** A stranger can ask for this link, so it replaces only an earlier link of its own kind. An invitation stays valid. */
function insertForgottenLink(link: NewLink, of: RawBuilder<unknown>, now: Date) {
  return sql`
    insert into forgotten_links (user_id, token_hash, sent_to, password_changed_at, created_at, expires_at)
    select u.id, ${link.tokenHash}, u.email, u.password_changed_at, ${now}::timestamptz,
      ${link.expiresAt}::timestamptz
    from users u where u.email is not null and ${of}
    on conflict (user_id) do update set token_hash = excluded.token_hash,
      sent_to = excluded.sent_to, password_changed_at = excluded.password_changed_at,
      created_at = excluded.created_at, expires_at = excluded.expires_at`;
}

/** Null if there is no such user. */
export async function findUsername(db: Db, id: string): Promise<string | null> {
  const user = await db.selectFrom('users').select('username').where('id', '=', id).executeTakeFirst();
  return user?.username ?? null;
}

export async function saveLink(tx: Db, userId: string, link: NewLink, now: Date): Promise<void> {
  await insertLink(link, sql`u.id = ${userId}::uuid`, now).execute(tx);
}

/** Deletes a user's links, so that no later change of the account can make one valid again. */
export async function deleteLinks(tx: Db, userId: string): Promise<void> {
  await tx.deleteFrom('passwordLinks').where('userId', '=', userId).execute();
  await tx.deleteFrom('forgottenLinks').where('userId', '=', userId).execute();
}

export async function findForForgotten(db: Db, username: string) {
  return db
    .selectFrom('users')
    .select(['id', 'email', 'language', 'status'])
    .where('username', '=', username)
    .executeTakeFirst();
}

type Forgotten = {
  readonly subject: string;
  readonly rules: SendRules;
  /** Null if there is nobody to write to. The statement then writes everything except the link. */
  readonly to: { readonly userId: string; readonly email: string } | null;
  readonly link: NewLink;
  readonly mail: EncryptedMail;
  readonly event: AuditEvent;
};

/**
 * Reserves a mail and writes it with its link, in one statement. If too many mails were sent, the statement writes
 * only the audit event.
 */
export async function recordForgotten(db: Db, ctx: AuditContext, forgotten: Forgotten): Promise<void> {
  const { subject, rules, to, link, mail, event } = forgotten;
  const whose = sql`u.id = ${to?.userId ?? null}::uuid and u.email = ${to?.email ?? null}
    and exists (select from reserved)`;
  const refused = { ...event, outcome: 'refused', detail: { reason: 'too many' } } as const;
  await sql`
    with reserved as (${reserveSendOf(subject, rules, ctx.now)}),
    link as (${insertForgottenLink(link, whose, ctx.now)}),
    enqueued as (${enqueueInsert([mail], ctx.now, sql`from reserved`)}),
    audited as (${auditInsert(event, ctx, sql`from reserved`)}),
    audited_refusal as (${auditInsert(refused, ctx, sql`where not exists (select from reserved)`)})
    select 1`.execute(db);
}

const alive = (now: Date) => sql`l.expires_at > ${now} and u.status = 'active' and u.email = l.sent_to
  and u.password_changed_at = l.password_changed_at`;

export type LinkOwner = {
  readonly id: string;
  readonly username: string;
  readonly email: string | null;
  readonly language: string | null;
  readonly passwordHash: string | null;
  readonly passwordHistory: readonly string[];
  readonly version: number;
  /** The owner had given the password up. */
  readonly passwordless: boolean;
  readonly purpose: LinkPurpose;
};

const everyLink = sql`(
  select user_id, token_hash, purpose, sent_to, password_changed_at, expires_at from password_links
  union all
  select user_id, token_hash, 'forgotten', sent_to, password_changed_at, expires_at from forgotten_links)`;

export async function findByLink(db: Db, tokenHash: string, now: Date): Promise<LinkOwner | undefined> {
  const { rows } = await sql<LinkOwner>`
    select u.id, u.username, u.email, u.language, u.password_hash, u.password_history, u.version, u.passwordless, l.purpose
    from ${everyLink} l join users u on u.id = l.user_id
    where l.token_hash = ${tokenHash} and ${alive(now)}`.execute(db);
  return rows[0];
}

/** Deletes the link if it is still valid. Of several concurrent calls, only one returns true. */
export async function redeemLink(tx: Db, tokenHash: string, now: Date): Promise<boolean> {
  const spent = (deletion: RawBuilder<unknown>) => sql`
    ${deletion} l using users u
    where l.token_hash = ${tokenHash} and u.id = l.user_id and ${alive(now)} returning 1`;
  const { rows } = await sql`
    with sent as (${spent(sql`delete from password_links`)}), asked as (${spent(sql`delete from forgotten_links`)})
    select from sent union all select from asked`.execute(tx);
  return rows.length === 1;
}
