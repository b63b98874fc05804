import { sql } from 'kysely';
import type { Db } from '../../../db/connect.ts';
import type { AuditEvent } from '../../domain/audit/events.ts';
import { clientThrottleRules as rules } from '../../domain/service-accounts/client.ts';
import type { ServiceAccount, ServiceCredential } from '../../domain/service-accounts/service-account.ts';
import type { AuditContext } from '../../platform/kernel/request-context.ts';
import { auditInsert } from '../audit/audit-store.ts';
import { clearClientFailures, countClientFailure } from '../throttling/client-throttle-store.ts';
import { type ThrottleKey, throttleKey } from '../throttling/password-throttle-store.ts';

/** The throttle key of a client. The line break keeps it apart from usernames, which cannot contain one. */
export function throttleKeyOfClient(clientId: string, network: string): ThrottleKey {
  return throttleKey(`service\n${clientId}`, network);
}

export type FoundClient = {
  /** Seconds until the client may try again; null if it may try now. */
  readonly retryAfterSeconds: number | null;
  readonly account: ServiceAccount | null;
  /** The newest ten, expired and revoked ones included: the audit records why one of those is refused. */
  readonly credentials: readonly ServiceCredential[];
};

/** Finds what is needed to authenticate a client. An unknown client costs the same. */
export async function findClient(
  db: Db,
  accountId: string,
  throttle: ThrottleKey,
  now: Date,
): Promise<FoundClient> {
  const { rows } = await sql<{ waitSeconds: number | null } & ServiceAccount>`
    select (select greatest(1, ceil(extract(epoch from window_ends_at - ${now}::timestamptz)))::int from login_throttles
        where subject = ${throttle.subject} and network = ${throttle.network}
          and window_ends_at > ${now} and failures >= ${rules.failures}) as wait_seconds,
      a.id, a.name, a.owner, a.description, a.scopes, a.networks, a.enabled_from, a.enabled_until, a.status,
      a.created_at, a.version
    from (select 1) one left join service_accounts a on a.id = ${accountId}::uuid`.execute(db);
  const credentials = await db
    .selectFrom('serviceCredentials')
    .select(['id', 'kind', 'secretHash', 'publicJwk', 'thumbprint'])
    .select(['createdAt', 'expiresAt', 'revokedAt', 'lastUsedAt'])
    .where('accountId', '=', accountId)
    .orderBy('createdAt', 'desc')
    .limit(10)
    .execute();
  const [row] = rows;
  if (!row) throw new Error('A select without a table gave no row');
  const { waitSeconds, ...account } = row;
  return { retryAfterSeconds: waitSeconds, account: account.id ? account : null, credentials };
}

/**
 * Counts a failure and audits it. False if the count has reached its limit: then the throttling is audited instead.
 * However many failures arrive at once, only as many are counted as the rule allows.
 */
export async function recordClientFailure(
  db: Db,
  ctx: AuditContext,
  throttle: ThrottleKey,
  events: { readonly refused: AuditEvent; readonly throttled: AuditEvent },
): Promise<boolean> {
  const { rows } = await sql<{ counted: boolean }>`
    with counted as (${countClientFailure(throttle, ctx.now)}),
    refused as (${auditInsert(events.refused, ctx, sql`from counted`)}),
    throttled as (
      ${auditInsert(events.throttled, ctx, sql`where not exists (select from counted)`)}
    )
    select exists (select from counted) as counted`.execute(db);
  return rows[0]?.counted ?? false;
}

/** The `jti` of an assertion to use up: see recordClient. */
export type SpentAssertion = { readonly jtiHash: string; readonly expiresAt: Date };

/**
 * Records that a client has authenticated. Clears its failure count, updates the last use of its credential and uses up
 * its assertion. False if the assertion was used before, even if its copies arrive at the same moment. The time of the
 * last use is kept to the minute.
 */
export async function recordClient(
  db: Db,
  {
    client,
    throttle,
    assertion,
    now,
  }: {
    readonly client: { readonly accountId: string; readonly credentialId: string };
    readonly throttle: ThrottleKey;
    readonly assertion: SpentAssertion | null;
    readonly now: Date;
  },
): Promise<boolean> {
  const aMinuteAgo = new Date(now.getTime() - 60_000);
  const { rows } = await sql<{ fresh: boolean }>`
    with spent as (
      insert into used_assertions (account_id, jti_hash, expires_at)
      select ${client.accountId}::uuid, ${assertion?.jtiHash ?? null}::text, ${assertion?.expiresAt ?? null}::timestamptz
      where ${assertion !== null}::boolean
      on conflict do nothing returning 1
    ), fresh as (
      select 1 where ${assertion === null}::boolean or exists (select from spent)
    ), used as (
      update service_credentials set last_used_at = ${now} where id = ${client.credentialId}
        and (last_used_at is null or last_used_at <= ${aMinuteAgo}) and exists (select from fresh)
    ), cleared as (${clearClientFailures(throttle, sql`from fresh`)})
    select exists (select from fresh) as fresh`.execute(db);
  return rows[0]?.fresh ?? false;
}
