import { type RawBuilder, type SqlBool, sql } from 'kysely';
import type { Db } from '../../../db/connect.ts';
import type { AuditEvent } from '../../domain/audit/events.ts';
import type { RecoveryKind } from '../../domain/recovery/recovery-rule.ts';
import type { Lock } from '../../domain/throttling/second-factor-throttle.ts';
import type { SendRules } from '../../domain/throttling/send-limits.ts';
import type { AuditContext } from '../../platform/kernel/request-context.ts';
import { auditInsert } from '../audit/audit-store.ts';
import { type EncryptedMail, enqueueInsert } from '../notices/outbox-store.ts';
import { reserveSendOf } from '../throttling/send-budget-store.ts';
import { lockOfUser } from '../throttling/throttle-store.ts';
import { lockUser } from '../users/user-store.ts';

/** What decides whether an account gets a link: it has an address and a factor that can be lost. */
export async function findToRecover(db: Db, username: string) {
  return db
    .selectFrom('users')
    .select(['id', 'email', 'language', 'status', 'roles'])
    .select(
      sql<boolean>`exists (select from factors f where f.user_id = users.id and f.confirmed_at is not null
        and not f.is_backup)`.as('enrolled'),
    )
    .where('username', '=', username)
    .executeTakeFirst();
}

type Requested = {
  readonly subject: string;
  readonly rules: SendRules;
  /** Null if there is nobody to write to. The statement then writes everything except the link. */
  readonly to: { readonly userId: string; readonly email: string } | null;
  readonly link: { readonly tokenHash: string; readonly expiresAt: Date };
  readonly mail: EncryptedMail;
  readonly event: AuditEvent;
};

/**
 * Reserves a mail and writes it with its link, in one statement. If too many mails were sent, the statement writes only
 * the audit event. Earlier links stay valid, so a stranger who asks ends no link of the owner.
 */
export async function recordRequest(db: Db, ctx: AuditContext, requested: Requested): Promise<void> {
  const { subject, rules, to, link, mail, event } = requested;
  const refused = { ...event, outcome: 'refused', detail: { reason: 'too many' } } as const;
  await sql`
    with reserved as (${reserveSendOf(subject, rules, ctx.now)}),
    link as (
      insert into recovery_links (token_hash, user_id, security_version, sent_to, created_at, expires_at)
      select ${link.tokenHash}, u.id, u.security_version, u.email, ${ctx.now}::timestamptz, ${link.expiresAt}::timestamptz
      from users u where u.id = ${to?.userId ?? null}::uuid and u.email = ${to?.email ?? null} and exists (select from reserved)
    ),
    enqueued as (${enqueueInsert([mail], ctx.now, sql`from reserved`)}),
    audited as (${auditInsert(event, ctx, sql`from reserved`)}),
    audited_refusal as (${auditInsert(refused, ctx, sql`where not exists (select from reserved)`)})
    select 1`.execute(db);
}

/** Uses a link up. Of several concurrent calls, only one gets the account, if it is as it was when the link was made. */
export async function redeemRecoveryLink(
  tx: Db,
  tokenHash: string,
  now: Date,
): Promise<
  { readonly userId: string; readonly securityVersion: number; readonly sentTo: string } | undefined
> {
  await lockUser(tx, sql`(select user_id from recovery_links where token_hash = ${tokenHash})`);
  const { rows } = await sql<{ userId: string; securityVersion: number; sentTo: string }>`
    with used as (delete from recovery_links where token_hash = ${tokenHash} and expires_at > ${now} returning *)
    select used.user_id, used.security_version, used.sent_to from used join users u on u.id = used.user_id
    where u.status = 'active' and u.security_version = used.security_version and u.email = used.sent_to
    for share of u`.execute(tx);
  return rows[0];
}

export type NewRecovery = {
  readonly id: string;
  readonly codeHash: string;
  readonly userId: string;
  readonly securityVersion: number;
  readonly sentTo: string;
  readonly ip: string;
  readonly userAgent: string | null;
  readonly openedAt: Date;
  readonly expiresAt: Date;
  readonly stopHashes: string[];
};

export async function insertRecovery(tx: Db, recovery: NewRecovery): Promise<void> {
  await tx.insertInto('recoveries').values(recovery).execute();
}

/** A recovery `r` that goes on, of an account `u` that is as it was when the recovery began. */
const live = (now: Date) => sql<SqlBool>`r.state in ('open', 'waiting') and r.expires_at > ${now}::timestamptz
  and u.status = 'active' and u.security_version = r.security_version and u.email = r.sent_to`;

/** The kinds that were shown in a recovery `r`. */
const shownIn = sql<RecoveryKind[]>`array_remove(array[
  case when r.recovery_code_at is not null then 'recovery_code' end, case when r.address_at is not null then 'address' end,
  case when r.device_at is not null then 'device' end, case when r.colleague_at is not null then 'colleague' end], null)`;

const fields = sql`r.id, r.user_id, r.state, r.security_version, r.ip, r.user_agent, r.opened_at, r.expires_at, r.challenge_id,
  r.address_factor_id, r.asked_at, r.colleague_id, r.colleague_at, r.colleague_code_mac, r.proven_at, r.ready_at,
  ${shownIn} as shown`;

export type Recovery = {
  readonly id: string;
  readonly userId: string;
  readonly state: 'open' | 'waiting' | 'finished' | 'stopped';
  readonly securityVersion: number;
  readonly ip: string;
  readonly userAgent: string | null;
  readonly openedAt: Date;
  readonly expiresAt: Date;
  readonly challengeId: string | null;
  readonly addressFactorId: string | null;
  readonly askedAt: Date | null;
  /** The colleague who approved. Only `colleagueAt` says that the code was shown. */
  readonly colleagueId: string | null;
  readonly colleagueAt: Date | null;
  readonly colleagueCodeMac: string | null;
  readonly provenAt: Date | null;
  readonly readyAt: Date | null;
  readonly shown: readonly RecoveryKind[];
};

/** A recovery with the account that it is for. */
export type OwnRecovery = Recovery & {
  readonly username: string;
  readonly email: string;
  readonly phone: string | null;
  readonly language: string | null;
  readonly roles: readonly string[];
  readonly passwordHash: string | null;
  readonly passwordless: boolean;
} & Lock;

const withOwner = sql`select ${fields}, u.username, u.email, u.phone, u.language, u.roles, u.password_hash, u.passwordless, ${lockOfUser}
  from recoveries r join users u on u.id = r.user_id`;

/** The live recovery of a person's code. Undefined if it is over, or if the account was changed. */
export async function findByCode(db: Db, codeHash: string, now: Date): Promise<OwnRecovery | undefined> {
  const { rows } =
    await sql<OwnRecovery>`${withOwner} where r.code_hash = ${codeHash} and ${live(now)}`.execute(db);
  return rows[0];
}

export async function findRecovery(db: Db, id: string, now: Date): Promise<OwnRecovery | undefined> {
  const { rows } = await sql<OwnRecovery>`${withOwner} where r.id = ${id}::uuid and ${live(now)}`.execute(db);
  return rows[0];
}

/** The live recoveries of an account, the newest first. */
export async function listOpenRecoveries(db: Db, userId: string, now: Date): Promise<readonly Recovery[]> {
  const { rows } = await sql<Recovery>`
    select ${fields} from recoveries r join users u on u.id = r.user_id
    where r.user_id = ${userId}::uuid and ${live(now)} order by r.opened_at desc limit 20`.execute(db);
  return rows;
}

/** Changes a live recovery. The statement locks the account, so that no change of it comes in between. */
async function change(
  tx: Db,
  { id, set, when = sql`true` }: Change,
  now: Date,
): Promise<Recovery | undefined> {
  const { rows } = await sql<Recovery>`
    with held as (
      select u.id from recoveries r join users u on u.id = r.user_id where r.id = ${id}::uuid and ${live(now)} for share of u
    )
    update recoveries r set ${set} from held
    where r.id = ${id}::uuid and r.user_id = held.id and r.state in ('open', 'waiting') and r.expires_at > ${now} and ${when}
    returning ${fields}`.execute(tx);
  return rows[0];
}

type Change = {
  readonly id: string;
  readonly set: RawBuilder<unknown>;
  readonly when?: RawBuilder<unknown>;
};

const columns = {
  recovery_code: sql.ref('recovery_code_at'),
  address: sql.ref('address_at'),
  device: sql.ref('device_at'),
  colleague: sql.ref('colleague_at'),
} as const satisfies Record<RecoveryKind, unknown>;

/**
 * Writes that a kind was shown, once. Call it in the transaction that uses up what was shown. Undefined if the recovery
 * is over, is proven already, or has this kind.
 */
export async function writeShown(
  tx: Db,
  { id, kind, addressFactorId }: Presented,
  now: Date,
): Promise<Recovery | undefined> {
  const column = columns[kind];
  return change(
    tx,
    {
      id,
      set: sql`${column} = ${now}, address_factor_id = coalesce(${addressFactorId}::uuid, address_factor_id)`,
      when: sql`r.state = 'open' and ${column} is null`,
    },
    now,
  );
}

type Presented = {
  readonly id: string;
  readonly kind: RecoveryKind;
  readonly addressFactorId: string | null;
};

/** Begins the wait. False if another request did. */
export async function beginWait(
  tx: Db,
  wait: {
    readonly id: string;
    readonly readyAt: Date;
    readonly expiresAt: Date;
    readonly stopHash: string;
    readonly now: Date;
  },
): Promise<boolean> {
  const { id, readyAt, expiresAt, stopHash, now } = wait;
  const set = sql`state = 'waiting', proven_at = ${now}, ready_at = ${readyAt}, expires_at = ${expiresAt},
    stop_hashes = r.stop_hashes || ${stopHash}::text`;
  return (await change(tx, { id, set, when: sql`r.state = 'open'` }, now)) !== undefined;
}

/** Points a recovery to the challenge that was sent for it. The code of an earlier challenge ends with that. */
export async function pointToChallenge(
  tx: Db,
  { id, challengeId, now }: { readonly id: string; readonly challengeId: string; readonly now: Date },
): Promise<boolean> {
  const set = sql`challenge_id = ${challengeId}::uuid`;
  return (await change(tx, { id, set, when: sql`r.state = 'open'` }, now)) !== undefined;
}

/** True for the first call: the colleagues get one letter. */
export async function markAsked(tx: Db, id: string, now: Date): Promise<boolean> {
  const set = sql`asked_at = ${now}`;
  return (
    (await change(tx, { id, set, when: sql`r.state = 'open' and r.asked_at is null` }, now)) !== undefined
  );
}

/** Writes the code that a colleague reads to the person. False if the recovery is over or has shown this kind. */
export async function writeApproval(
  tx: Db,
  {
    id,
    colleagueId,
    codeMac,
    now,
  }: { readonly id: string; readonly colleagueId: string; readonly codeMac: string; readonly now: Date },
): Promise<boolean> {
  const set = sql`colleague_id = ${colleagueId}::uuid, colleague_code_mac = ${codeMac}`;
  const when = sql`r.state = 'open' and r.colleague_at is null`;
  return (await change(tx, { id, set, when }, now)) !== undefined;
}

/** Pays for a guess at the code of a colleague, before it is compared. Undefined if none is left or there is no code. */
export async function claimGuess(
  db: Db,
  { id, most, now }: { readonly id: string; readonly most: number; readonly now: Date },
): Promise<{ readonly left: number; readonly codeMac: string; readonly colleagueId: string } | undefined> {
  const { rows } = await sql<{ left: number; codeMac: string; colleagueId: string }>`
    update recoveries set guesses = guesses + 1
    where id = ${id}::uuid and state = 'open' and expires_at > ${now} and guesses < ${most}
      and colleague_code_mac is not null and colleague_at is null
    returning ${most}::int - guesses as left, colleague_code_mac as code_mac, colleague_id`.execute(db);
  return rows[0];
}

/** Ends a recovery with its new factor, once. False if the wait is not over, or if the recovery or the account changed. */
export async function finishRecovery(tx: Db, id: string, now: Date): Promise<boolean> {
  const set = sql`state = 'finished', ended_at = ${now}`;
  const when = sql`r.state = 'waiting' and r.ready_at <= ${now}`;
  return (await change(tx, { id, set, when }, now)) !== undefined;
}

const stopped = (now: Date) => sql`state = 'stopped', ended_at = ${now}`;

/** What the token of a letter would stop. */
export async function findStoppableRecovery(db: Db, stopHash: string, now: Date) {
  const { rows } = await sql<{ id: string; username: string }>`
    select r.id, u.username from recoveries r join users u on u.id = r.user_id
    where r.stop_hashes @> array[${stopHash}]::text[] and ${live(now)}`.execute(db);
  return rows[0];
}

/** Stops a recovery by the token of one of its letters. Of several concurrent calls, only one gets it. */
export async function stopByToken(tx: Db, stopHash: string, now: Date) {
  const { rows } = await sql<{ id: string; userId: string }>`
    update recoveries set ${stopped(now)}
    where stop_hashes @> array[${stopHash}]::text[] and state in ('open', 'waiting') and expires_at > ${now}
    returning id, user_id`.execute(tx);
  return rows[0];
}

/** Stops one recovery of an account, or all. Returns the ids. */
export async function stopRecoveriesOf(
  tx: Db,
  { userId, only }: { readonly userId: string; readonly only?: string },
  now: Date,
): Promise<readonly string[]> {
  const { rows } = await sql<{ id: string }>`
    update recoveries set ${stopped(now)}
    where user_id = ${userId}::uuid and id = coalesce(${only ?? null}::uuid, id) and state in ('open', 'waiting')
      and expires_at > ${now} returning id`.execute(tx);
  return rows.map(({ id }) => id);
}

export type ReadyRecovery = {
  readonly id: string;
  readonly userId: string;
  readonly username: string;
  readonly email: string;
  readonly language: string | null;
};

/** Takes recoveries whose wait is over, each once. Their owners get a letter. */
export async function takeReady(tx: Db, most: number, now: Date): Promise<readonly ReadyRecovery[]> {
  const { rows } = await sql<ReadyRecovery>`
    with due as (
      select r.id from recoveries r join users u on u.id = r.user_id
      where r.state = 'waiting' and r.told_at is null and r.ready_at <= ${now} and ${live(now)}
      order by r.ready_at limit ${most} for update of r skip locked
    )
    update recoveries r set told_at = ${now} from due, users u
    where r.id = due.id and u.id = r.user_id
    returning r.id, r.user_id, u.username, u.email, u.language`.execute(tx);
  return rows;
}

/** Another letter can stop the recovery too. */
export async function addStopHash(tx: Db, id: string, stopHash: string): Promise<void> {
  await sql`update recoveries set stop_hashes = stop_hashes || ${stopHash}::text where id = ${id}::uuid`.execute(
    tx,
  );
}
