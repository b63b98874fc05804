import { sql } from 'kysely';
import { type Db, pipelined } from '../../../db/connect.ts';
import type { AuditEvent } from '../../domain/audit/events.ts';
import type { AuthenticatorFacts } from '../../domain/mfa/provider.ts';
import { levels } from '../../domain/policy/assurance-level.ts';
import type { SessionGrant } from '../../domain/sessions/session.ts';
import { throttleRules as rules, type Throttle } from '../../domain/throttling/second-factor-throttle.ts';
import type { AuditContext } from '../../platform/kernel/request-context.ts';
import { auditInsert } from '../audit/audit-store.ts';
import { dropNotices, holdNotices } from '../notices/held-notices-store.ts';
import { type EncryptedMail, enqueueInsert } from '../notices/outbox-store.ts';
import { changing, heldCte, ifHeld, sharing } from '../sessions/held-user-store.ts';
import { sessionGrantCtes } from '../sessions/session-store.ts';
import { textAnswered } from '../sms/sms-store.ts';
import { resetThrottle, type ThrottleKey } from '../throttling/password-throttle-store.ts';
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
  /** The factor's new data, encrypted; null leaves them as they are. */
  readonly dataSealed: string | null;
  /** Null leaves it as it is. */
  readonly uniqueId: string | null;
  /** What the pass shows about the authenticator. Without it, what is stored stays. */
  readonly authenticator?: AuthenticatorFacts | null;
  /** The reserved attempt at a login by passkey, which the pass gives back. */
  readonly throttle?: ThrottleKey;
  /** The session that this pass opens or elevates, if any. */
  readonly grant: SessionGrant | null;
  /** Wrong answers up to this level are cleared; 0 if the user showed no factor. See `rankOf`. */
  readonly rank: number;
  /** Whether the owner approved on a device. An approval counts for nothing while an attack is reported. */
  readonly approved: boolean;
  readonly event: AuditEvent;
  /** The notices to the owner about a session that is opened. */
  readonly mails: readonly EncryptedMail[];
};

/**
 * Writes a pass, all of it or nothing. Null if a concurrent request was faster: one with the same code, another answer
 * to the same login or challenge, or a change of the account. A code that was used changes the factor's version. The
 * write itself is the check. It locks in the order of every change: user, login, challenge, factor.
 */
export async function recordPass(db: Db, ctx: AuditContext, pass: Pass): Promise<Won | null> {
  const { found, candidate, grant } = pass;
  const { loginId, userId, securityVersion, sessionId } = found;
  const challengeId = candidate.challenge?.id ?? null;
  const fromFactor = sql`from factor`;
  const written = grant ? sql`session` : sql`factor`; // has a row if the pass won
  const loggedIn = grant !== null && grant.elevation === null && !candidate.pending && pass.rank > 0;
  const { rows } = await sql<{ won: boolean; tokenGeneration: number | null }>`
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
        unique_id = coalesce(${pass.uniqueId}, unique_id),
        is_passkey = coalesce(${pass.authenticator?.isPasskey ?? null}::boolean, is_passkey),
        aaguid = coalesce(${pass.authenticator?.aaguid ?? null}, aaguid), confirmed_at = coalesce(confirmed_at, ${ctx.now})
      where id = ${candidate.id}::uuid and version = ${candidate.version} and disabled_at is null
        and exists (select from held)
        and (${loginId === null}::boolean or exists (select from login))
        and (${challengeId === null}::boolean or exists (select from challenge))
        and (${!pass.approved}::boolean or not exists (${reportOf(userId, ctx.now)}))
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
    ${pass.throttle ? sql`${resetThrottle(pass.throttle, ctx.now, ifHeld)},` : sql``}
    ${grant ? sessionGrantCtes(grant, ctx, fromFactor) : noSession},
    audited as (${auditInsert(pass.event, ctx, sql`from ${written}`)})
    ${loggedIn ? sql`, dropped as (${dropNotices(found, fromFactor, ctx)})` : sql``}
    ${pass.mails.length > 0 ? sql`, enqueued as (${enqueueInsert(pass.mails, ctx.now, sql`from session`)})` : sql``}
    select exists (select from ${written}) as won,
      (select generation from session) as token_generation`.execute(pipelined(db));
  return rows[0]?.won ? { tokenGeneration: rows[0].tokenGeneration ?? 0 } : null;
}

/** Whether a pass failed because another factor has its unique id. Then nothing of the pass is written. */
export function isUniqueIdTaken(error: unknown): boolean {
  return error instanceof Error && 'constraint' in error && error.constraint === 'factors_unique_id';
}

/** `tokenGeneration`: how many step-ups the session has had. It goes into the token. */
export type Won = { readonly tokenGeneration: number };

const noSession = sql`session as (select 0 as generation where false)`;

type Failure = {
  readonly found: ClaimedAttempt;
  /** The open challenges that the answer may have been for. */
  readonly challengeIds: readonly string[];
  /** The factors that too many wrong answers disable: those that were tried, without backups. */
  readonly disableable: readonly string[];
  readonly event: AuditEvent;
  readonly notices: FailureNotices;
};

/** The notices to the owner that a wrong answer may cause. Not every wrong answer sends one. */
export type FailureNotices = Readonly<Record<'failed' | 'locked' | 'disabled', readonly EncryptedMail[]>>;

/**
 * Writes a wrong answer. The attempt was reserved before, and now counts as failed. If the user has no attempts left or
 * is locked, the temp token and the challenge end. After too many wrong answers in a row, every factor that was tried
 * is disabled, except backups. It locks the user first, because every change of the account does.
 */
export async function recordFailure(
  db: Db,
  ctx: AuditContext,
  { found, challengeIds, disableable, event, notices }: Failure,
): Promise<Throttle> {
  const exhausted = sql`counted where counted.failed >= ${rules.answersPerWindow} or counted.locked_until > ${ctx.now}`;
  const locked = sql`from counted where locked_until > ${ctx.now} and in_a_row % ${rules.lockAfter} = 0`;
  const { rows } = await sql<Throttle>`
    with held as (select u.id from users u where u.id = ${found.userId}::uuid ${changing}),
    throttle as (${failCounts(found, ifHeld)}),
    counted as (select * from throttle where ${found.claimed}::boolean),
    dead_login as (
      update logins set status = 'dead' where id = ${found.loginId}::uuid and exists (select from ${exhausted})
    ),
    dead_challenge as (
      update challenges set status = 'denied'
      where id = any(${challengeIds}::uuid[]) and status = 'open' and exists (select from ${exhausted})
    ),
    disabled as (
      update factors set disabled_at = ${ctx.now}, version = version + 1
      where id = any(${disableable}::uuid[]) and disabled_at is null
        and exists (select from counted where ${inARowUpTo(found.rank ?? levels.length)} >= ${rules.disableAfter})
      returning id
    ),
    audited as (${auditInsert(event, ctx, sql`from throttle`)}),
    audited_lock as (${auditInsert(rejected(event, 'authn_login_lock'), ctx, locked)}),
    audited_disabled as (${auditInsert(rejected(event, 'mfa_factor_disabled'), ctx, sql`from disabled`)}),
    enqueued_disabled as (${enqueueInsert(notices.disabled, ctx.now, sql`from disabled`)}),
    enqueued_locked as (${enqueueInsert(notices.locked, ctx.now, locked)})
    ${
      notices.failed.length > 0
        ? sql`, ${holdNotices(notices.failed, ctx, { found, over: exhausted })}`
        : sql``
    }
    select claimed, failed, window_ends_at, in_a_row, locked_until, reported_until from throttle`.execute(
    pipelined(db),
  );
  const throttle = rows[0];
  if (!throttle) throw new Error('A user without a throttle row');
  return throttle;
}

/** Ends a challenge as denied. False if it had ended already. */
export async function endChallenge(tx: Db, id: string): Promise<boolean> {
  const ended = tx.updateTable('challenges').set({ status: 'denied' }).where('id', '=', id);
  const { numUpdatedRows } = await ended.where('status', '=', 'open').executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** Releases the attempt of an answer that was used before, that was denied, or that nobody could check. Audits it. */
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
