import { sql } from 'kysely';
import type { Db } from '../../../db/connect.ts';
import type { AuditEvent } from '../../domain/audit/events.ts';
import { levels } from '../../domain/policy/assurance-level.ts';
import type { SessionGrant } from '../../domain/sessions/session.ts';
import { throttleRules as rules, type Throttle } from '../../domain/throttling/second-factor-throttle.ts';
import type { AuditContext } from '../../platform/kernel/request-context.ts';
import { auditInsert } from '../audit/audit-store.ts';
import { dropNotices, holdNotices } from '../notices/held-notices-store.ts';
import { type EncryptedMail, enqueueInsert } from '../notices/outbox-store.ts';
import { changing, heldCte, sharing } from '../sessions/held-user-store.ts';
import { sessionGrantCtes } from '../sessions/session-store.ts';
import { textAnswered } from '../sms/sms-store.ts';
import {
  clearCounts,
  failCounts,
  inARowUpTo,
  releaseCounts,
  reportOf,
} from '../throttling/throttle-store.ts';
import type { CandidateFactor, ClaimedAttempt } from './attempt-store.ts';

export type Pass = {
  readonly found: ClaimedAttempt;
  readonly candidate: CandidateFactor;
  /** What the provider wants remembered, sealed; null leaves the factor's data as they are. */
  readonly dataSealed: string | null;
  /** Null leaves it as it is. */
  readonly uniqueId: string | null;
  /** The session that this pass opens or raises, if any. */
  readonly grant: SessionGrant | null;
  /** Up to which level wrong answers are forgotten for it; 0 where nothing was shown. See `rankOf`. */
  readonly rank: number;
  /** Whether it was a yes of the owner, which counts for nothing while an attack is reported. */
  readonly approved: boolean;
  readonly event: AuditEvent;
  /** What the owner is told of a session that is opened. */
  readonly mails: readonly EncryptedMail[];
};

/**
 * Writes a pass, all of it or nothing. Null where something was faster: the same code through another door (the
 * factor's version has moved on), another answer to the same login or challenge, a change of its owner. The write is the
 * check, and locks in the order of every change: user, login, challenge, factor.
 */
export async function recordPass(db: Db, ctx: AuditContext, pass: Pass): Promise<Won | null> {
  const { found, candidate, grant } = pass;
  const { loginId, userId, securityVersion, sessionId } = found;
  const challengeId = candidate.challenge?.id ?? null;
  const fromFactor = sql`from factor`;
  const loggedIn = grant !== null && grant.elevation === null && !candidate.pending && pass.rank > 0;
  const { rows } = await sql<Won & { won: boolean }>`
    with ${heldCte({ userId, securityVersion, sessionId }, candidate.pending ? changing : sharing)},
    login as (
      select from logins where id = ${loginId}::uuid and status = 'open' and exists (select from held) for update
    ),
    challenge as (
      select from challenges where id = ${challengeId}::uuid and status = 'open' and exists (select from held) for update
    ),
    factor as (
      update factors set version = version + 1, last_used_at = ${ctx.now},
        expires_at = case when confirmed_at is null then null else expires_at end,
        data_sealed = coalesce(${pass.dataSealed}, data_sealed),
        unique_id = coalesce(${pass.uniqueId}, unique_id), confirmed_at = coalesce(confirmed_at, ${ctx.now})
      where id = ${candidate.id}::uuid and version = ${candidate.version} and disabled_at is null
        and exists (select from held)
        and (${loginId === null}::boolean or exists (select from login))
        and (${challengeId === null}::boolean or exists (select from challenge))
        and (${!pass.approved}::boolean or not exists (${reportOf(found.userId, ctx.now)}))
      returning user_id
    ),
    login_passed as (
      update logins set status = 'passed' where id = ${loginId}::uuid and exists (select from factor)
    ),
    challenge_passed as (
      update challenges set status = 'passed' where id = ${challengeId}::uuid and exists (select from factor)
    ),
    answered as (${textAnswered(challengeId, ctx.now, fromFactor)}),
    cleared as (${clearCounts(pass, ctx.now)}),
    ${grant ? sessionGrantCtes(grant, ctx, fromFactor) : noSession},
    told as (${auditInsert(pass.event, ctx, grant ? sql`from session` : fromFactor)})
    ${loggedIn ? sql`, dropped as (${dropNotices(found, fromFactor, ctx.client, ctx.now)})` : sql``}
    ${pass.mails.length > 0 ? sql`, posted as (${enqueueInsert(pass.mails, ctx.now, sql`from session`)})` : sql``}
    select exists (select from ${grant ? sql`session` : sql`factor`}) as won,
      (select generation from session) as generation`.execute(db);
  return rows[0]?.won ? { generation: rows[0].generation ?? 0 } : null;
}

/** Whether a pass failed because another factor has its unique id. All of it is undone then. */
export function isTaken(error: unknown): boolean {
  return error instanceof Error && 'constraint' in error && error.constraint === 'factors_unique_id';
}

/** What the session counts since its last step-up: it goes into the token. */
export type Won = { readonly generation: number };

const noSession = sql`session as (select 0 as generation where false)`;

/**
 * Writes a wrong answer. The answer was paid for before; here it becomes known to be wrong. Out of attempts or locked,
 * the temp token and the challenge die; after too many in a row, so does each factor that was tried (but backups).
 */
export async function recordFailure(
  db: Db,
  ctx: AuditContext,
  {
    found,
    tried,
    event,
    notices,
  }: {
    readonly found: ClaimedAttempt;
    readonly tried: { readonly challengeIds: readonly string[]; readonly disableable: readonly string[] };
    readonly event: AuditEvent;
    readonly notices: FailureNotices;
  },
): Promise<Throttle> {
  const exhausted = sql`counted where counted.failed >= ${rules.answersPerWindow} or counted.locked_until > ${ctx.now}`;
  const locked = sql`from counted where locked_until > ${ctx.now} and in_a_row % ${rules.lockAfter} = 0`;
  const { rows } = await sql<Throttle>`
    with throttle as (${failCounts(found)}),
    counted as (select * from throttle where ${found.paid}::boolean),
    dead_login as (
      update logins set status = 'dead' where id = ${found.loginId}::uuid and exists (select from ${exhausted})
    ),
    dead_challenge as (
      update challenges set status = 'denied'
      where id = any(${tried.challengeIds}::uuid[]) and status = 'open' and exists (select from ${exhausted})
    ),
    disabled as (
      update factors set disabled_at = ${ctx.now}, version = version + 1
      where id = any(${tried.disableable}::uuid[]) and disabled_at is null
        and exists (select from counted where ${inARowUpTo(found.rank ?? levels.length)} >= ${rules.disableAfter})
      returning id
    ),
    told as (${auditInsert(event, ctx, sql`from throttle`)}),
    told_lock as (${auditInsert(rejected(event, 'authn_login_lock'), ctx, locked)}),
    told_disabled as (${auditInsert(rejected(event, 'mfa_factor_disabled'), ctx, sql`from disabled`)}),
    post_disabled as (${enqueueInsert(notices.disabled, ctx.now, sql`from disabled`)}),
    post_locked as (${enqueueInsert(notices.locked, ctx.now, locked)})
    ${
      notices.failed.length > 0
        ? sql`, ${holdNotices(notices.failed, { found, over: exhausted, origin: ctx.client, now: ctx.now })}`
        : sql``
    }
    select paid, failed, window_ends_at, in_a_row, locked_until, reported_until from throttle`.execute(db);
  const throttle = rows[0];
  if (!throttle) throw new Error('A user without a throttle row');
  return throttle;
}

/** A challenge that was answered with a no. False where it was over already. */
export async function endChallenge(tx: Db, id: string): Promise<boolean> {
  const ended = tx.updateTable('challenges').set({ status: 'denied' }).where('id', '=', id);
  const { numUpdatedRows } = await ended.where('status', '=', 'open').executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** What the owner is told of a wrong answer, if it comes to that: that it was wrong not at every one. */
export type FailureNotices = Readonly<Record<'failed' | 'locked' | 'disabled', readonly EncryptedMail[]>>;

/** Gives back what an answer cost that was right but spent before, or that nobody could judge. */
export async function releaseAttempt(
  db: Db,
  ctx: AuditContext,
  found: Pick<ClaimedAttempt, 'userId' | 'rank'>,
  event: AuditEvent,
): Promise<void> {
  await sql`with returned as (${releaseCounts(found)}) ${auditInsert(event, ctx)}`.execute(db);
}

function rejected(event: AuditEvent, type: AuditEvent['type']): AuditEvent {
  return { ...event, type, outcome: 'refused' };
}
