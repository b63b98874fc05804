import { type RawBuilder, sql } from 'kysely';
import type { Db } from '../../../db/connect.ts';
import { retryOnConflict } from '../../../db/retry.ts';
import type { AuditEvent } from '../../domain/audit/events.ts';
import type { AuditContext } from '../../platform/kernel/request-context.ts';
import { auditInsert } from '../audit/audit-store.ts';
import { type Basis, heldCte } from './held-user-store.ts';

/** The exchange of a refresh token for the next. `shown` and `next` are their hashes. */
export type Exchange = {
  /** The facts that the exchange was decided on. */
  readonly basis: Basis & { readonly sessionId: string };
  readonly shown: string;
  readonly next: string;
  /** How long the client may repeat the exchange, in seconds. */
  readonly graceSeconds: number;
  readonly event: AuditEvent;
};

/**
 * Exchanges a refresh token that was never exchanged. Returns false and writes nothing if a concurrent change was
 * faster. That change exchanged the same token or another successor of its predecessor, ended or raised the session,
 * or changed its owner. The first successor that is exchanged becomes its predecessor's heir, and no other can.
 */
export async function exchangeFirst(db: Db, ctx: AuditContext, exchange: Exchange): Promise<boolean> {
  const { shown, graceSeconds } = exchange;
  const repeatUntil = graceSeconds > 0 ? new Date(ctx.now.getTime() + graceSeconds * 1000) : null;
  return succeed(
    db,
    ctx,
    exchange,
    sql`token as (
      select r.token_hash, r.session_id, r.parent_hash, session.raises from refresh_tokens r join session on session.id = r.session_id
      where r.token_hash = ${shown} and r.used_at is null and coalesce(r.raises, session.raises) = session.raises
      for update of r
    ), claimed as (
      update refresh_tokens p set heir_hash = ${shown} from token
      where p.token_hash = token.parent_hash and p.heir_hash is null returning p.token_hash
    ), exchanged as (
      update refresh_tokens r set used_at = ${ctx.now}, repeat_until = ${repeatUntil}::timestamptz from token
      where r.token_hash = token.token_hash and (token.parent_hash is null or exists (select from claimed))
      returning r.token_hash, r.session_id, token.raises
    )`,
  );
}

/**
 * Gives another successor to a refresh token that was exchanged just now. Returns false as exchangeFirst does, and
 * also if a successor was already exchanged.
 */
export async function exchangeAgain(db: Db, ctx: AuditContext, exchange: Exchange): Promise<boolean> {
  const since = new Date(ctx.now.getTime() - exchange.graceSeconds * 1000);
  return succeed(
    db,
    ctx,
    exchange,
    sql`exchanged as (
      select r.token_hash, r.session_id, session.raises from refresh_tokens r join session on session.id = r.session_id
      where r.token_hash = ${exchange.shown} and r.used_at > ${since} and r.repeat_until > ${ctx.now}
        and r.heir_hash is null and coalesce(r.raises, session.raises) = session.raises
      for update of r
    )`,
  );
}

/**
 * The statement locks the owner and then the session, so that no concurrent change alters, ends or raises either in
 * between.
 */
async function succeed(
  db: Db,
  ctx: AuditContext,
  { basis, next, event }: Exchange,
  exchanged: RawBuilder<unknown>,
): Promise<boolean> {
  const statement = sql`
    with ${heldCte(basis)}, session as materialized (
      select id, raises from sessions
      where id = ${basis.sessionId}::uuid and ended_at is null and exists (select from held) for no key update
    ), ${exchanged}, successor as (
      insert into refresh_tokens (token_hash, parent_hash, session_id, created_at, raises)
      select ${next}, token_hash, session_id, ${ctx.now}::timestamptz, raises from exchanged returning token_hash
    ), audited as (${auditInsert(event, ctx, sql`from successor`)})
    select token_hash from successor`;
  const { rows } = await retryOnConflict(() => statement.execute(db));
  return rows.length === 1;
}
