import { type RawBuilder, sql } from 'kysely';
import type { Db } from '../../../db/connect.ts';
import type { AuditEvent } from '../../domain/audit/events.ts';
import { type Device, deviceRules, type PresentedDevice } from '../../domain/devices/device-trust.ts';
import { type AssuranceLevel, acrOf, levelOf } from '../../domain/policy/assurance-level.ts';
import type { AreaName } from '../../domain/policy/policy.ts';
import type { SessionGrant } from '../../domain/sessions/session.ts';
import { oneLine } from '../../lib/client-info.ts';
import { hashOf } from '../../lib/crypto/secret-token.ts';
import type { AuditContext } from '../../platform/kernel/request-context.ts';
import { auditInsert } from '../audit/audit-store.ts';
import { type EncryptedMail, enqueueInsert } from '../notices/outbox-store.ts';
import type { Basis } from '../sessions/held-user-store.ts';
import { endWaived, publishSessionsChanged, sessionGrantCtes } from '../sessions/session-store.ts';
import { resetThrottle, type ThrottleKey } from '../throttling/password-throttle-store.ts';
import { lockUser } from '../users/user-store.ts';

export type NewDevice = {
  readonly id: string;
  readonly token: string;
  readonly userId: string;
  readonly area: AreaName;
  readonly level: AssuranceLevel;
  readonly method: string;
  readonly label: string | null;
  readonly expiresAt: Date;
};

/** The audit event and the mails about a change. The statement that makes the change also writes them. */
export type AuditedNotice = { readonly event: AuditEvent; readonly mails: readonly EncryptedMail[] };

/**
 * Adds a device, bound to its owner's current password and factors. If the owner has too many, the oldest one is
 * deleted.
 */
export async function insertDevice(db: Db, ctx: AuditContext, device: NewDevice, notice: AuditedNotice) {
  const { id, userId, area, level, method, label, expiresAt } = device;
  await sql`
    with device as (
      insert into trusted_devices (id, user_id, area, acr, method, label, created_at, expires_at, password_changed_at,
        factors_changed_at, ip, user_agent)
      select ${id}::uuid, u.id, ${area}, ${acrOf(level)}, ${method}, ${label}, ${ctx.now}::timestamptz,
        ${expiresAt}::timestamptz, u.password_changed_at, u.factors_changed_at, ${ctx.client.ip}, ${oneLine(ctx.client.userAgent)}
      from users u where u.id = ${userId}::uuid returning id
    ), token as (
      insert into device_tokens (token_hash, device_id, created_at)
      select ${hashOf(device.token)}, id, ${ctx.now}::timestamptz from device
    ), pruned as (
      delete from trusted_devices where id in (
        select id from trusted_devices where user_id = ${userId}::uuid
        order by created_at desc offset ${deviceRules.most - 1})
    ), ${auditedNoticeCtes(notice, ctx, sql`from device`)}
    select 1`.execute(db);
}

const fields = [
  'd.id',
  'd.userId',
  'd.area',
  'd.acr',
  'd.method',
  'd.label',
  'd.createdAt',
  'd.expiresAt',
  'd.passwordChangedAt',
  'd.factorsChangedAt',
  'u.passwordChangedAt as passwordChangedSince',
  'u.factorsChangedAt as factorsChangedSince',
] as const;

/** Finds a device by its token alone. The caller must compare the device's owner with the user. */
export async function findByDeviceToken(db: Db, token: string): Promise<PresentedDevice | undefined> {
  const row = await db
    .selectFrom('deviceTokens as t')
    .innerJoin('trustedDevices as d', 'd.id', 't.deviceId')
    .innerJoin('users as u', 'u.id', 'd.userId')
    .select(fields)
    .select('t.usedAt')
    .select(
      sql<Date>`(select max(n.created_at) from device_tokens n where n.device_id = d.id)`.as('newestAt'),
    )
    .where('t.tokenHash', '=', hashOf(token))
    .executeTakeFirst();
  return row && { device: deviceOf(row), usedAt: row.usedAt, newestAt: row.newestAt };
}

export async function listDevices(db: Db, userId: string) {
  const rows = await db
    .selectFrom('trustedDevices as d')
    .innerJoin('users as u', 'u.id', 'd.userId')
    .select(fields)
    .select(['d.lastUsedAt', 'd.ip', 'd.userAgent'])
    .where('d.userId', '=', userId)
    .orderBy('d.createdAt', 'desc')
    .execute();
  return rows.map((row) => ({ ...row, ...deviceOf(row) }));
}

/**
 * Exchanges a token for the next and opens the session, all or nothing. Returns false if a concurrent change was
 * faster: another login with the same token, or a change that ended the trust. The statement locks the owner first,
 * then the device, then its tokens. The removal of a device uses the same order.
 */
export async function logInWithToken(
  db: Db,
  ctx: AuditContext,
  {
    device,
    tokens,
    login,
  }: {
    readonly device: Device;
    readonly tokens: { readonly shown: string; readonly next: string };
    readonly login: {
      readonly basis: Basis;
      readonly throttle: ThrottleKey;
      readonly grant: SessionGrant;
    } & AuditedNotice;
  },
): Promise<boolean> {
  const { throttle, grant } = login;
  const { passwordChangedAt, factorsChangedAt } = device.now;
  const { rows } = await sql<{ won: boolean }>`
    with held as (
      select from users u join trusted_devices d on d.user_id = u.id
      where d.id = ${device.id} and u.id = ${login.basis.userId}::uuid and u.status = 'active'
        and u.security_version = ${login.basis.securityVersion} and u.password_changed_at = ${passwordChangedAt}
        and u.factors_changed_at is not distinct from ${factorsChangedAt}
      for share of u for update of d
    ), spent as (
      update device_tokens set used_at = ${ctx.now}, session_id = ${grant.id}
      where token_hash = ${hashOf(tokens.shown)} and used_at is null and exists (select from held)
      returning device_id
    ), next as (
      insert into device_tokens (token_hash, device_id, created_at)
      select ${hashOf(tokens.next)}, device_id, ${ctx.now}::timestamptz from spent
    ), seen as (
      update trusted_devices d set last_used_at = ${ctx.now}, ip = ${ctx.client.ip}, user_agent = ${oneLine(ctx.client.userAgent)}
      from spent where d.id = spent.device_id
    ), ${sessionGrantCtes(grant, ctx, sql`from spent`)}, ${resetThrottle(throttle, ctx.now, sql`and exists (select from session)`)},
    ${auditedNoticeCtes(login, ctx, sql`from session`)}
    select exists (select from session) as won`.execute(db);
  return rows[0]?.won === true;
}

/**
 * Exchanges a token for the next without a login, all or nothing. Returns false if a concurrent change was faster. Locks
 * in the order of logInWithToken.
 */
export async function exchangeDeviceToken(
  db: Db,
  { device, basis, shown, next }: TokenExchange,
  ctx: AuditContext,
): Promise<boolean> {
  const { passwordChangedAt, factorsChangedAt } = device.now;
  const { rows } = await sql`
    with held as (
      select from users u join trusted_devices d on d.user_id = u.id
      where d.id = ${device.id} and u.id = ${basis.userId}::uuid and u.status = 'active'
        and u.security_version = ${basis.securityVersion} and u.password_changed_at = ${passwordChangedAt}
        and u.factors_changed_at is not distinct from ${factorsChangedAt}
      for share of u for update of d
    ), spent as (
      update device_tokens set used_at = ${ctx.now}
      where token_hash = ${hashOf(shown)} and used_at is null and exists (select from held) returning device_id
    ), seen as (
      update trusted_devices d set last_used_at = ${ctx.now}, ip = ${ctx.client.ip}, user_agent = ${oneLine(ctx.client.userAgent)}
      from spent where d.id = spent.device_id
    )
    insert into device_tokens (token_hash, device_id, created_at)
    select ${hashOf(next)}, device_id, ${ctx.now}::timestamptz from spent returning device_id`.execute(db);
  return rows.length === 1;
}

type TokenExchange = {
  readonly device: Device;
  readonly basis: Basis;
  readonly shown: string;
  readonly next: string;
};

/**
 * Ends a user's devices, one (`only`) or all, and the sessions that they opened. Sessions that passed the second step
 * since then stay. The statement locks the owner, so that no concurrent login succeeds in between. Returns the number
 * of ended devices.
 */
export async function endDevices(
  tx: Db,
  of: { readonly userId: string; readonly only?: string },
  now: Date,
): Promise<number> {
  await lockUser(tx, of.userId);
  const opened = sql`select t.session_id from device_tokens t join gone on gone.id = t.device_id`;
  const { rows } = await sql<{ count: number }>`
    with gone as (
      delete from trusted_devices where user_id = ${of.userId} and id = coalesce(${of.only ?? null}::uuid, id) returning id
    ), ended as (${endWaived('trusted_device', opened, now)})
    select count(*)::int as count from gone`.execute(tx);
  await publishSessionsChanged(tx, of.userId);
  return rows[0]?.count ?? 0;
}

/** Deletes the devices of all users. The caller must end the sessions that the devices opened. */
export async function deleteEveryDevice(tx: Db): Promise<void> {
  await tx.deleteFrom('trustedDevices').execute();
}

function auditedNoticeCtes({ event, mails }: AuditedNotice, ctx: AuditContext, from: RawBuilder<unknown>) {
  const enqueued = mails.length > 0 ? sql`, enqueued as (${enqueueInsert(mails, ctx.now, from)})` : sql``;
  return sql`audited as (${auditInsert(event, ctx, from)})${enqueued}`;
}

type DeviceRow = Omit<Device, 'level' | 'then' | 'now'> & {
  readonly acr: string;
  readonly passwordChangedAt: Date;
  readonly factorsChangedAt: Date | null;
  readonly passwordChangedSince: Date;
  readonly factorsChangedSince: Date | null;
};

function deviceOf(row: DeviceRow): Device {
  const { id, userId, area, acr, method, label, createdAt, expiresAt } = row;
  const { passwordChangedAt, factorsChangedAt, passwordChangedSince, factorsChangedSince } = row;
  const then = { passwordChangedAt, factorsChangedAt };
  const now = { passwordChangedAt: passwordChangedSince, factorsChangedAt: factorsChangedSince };
  return { id, userId, area, level: levelOf(acr), method, label, createdAt, expiresAt, then, now };
}
