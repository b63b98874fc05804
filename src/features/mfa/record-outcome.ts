import type { Db } from '../../../db/connect.ts';
import { inTransaction } from '../../../db/in-transaction.ts';
import type { AuditEvent } from '../../domain/audit/events.ts';
import {
  challengeInvalid,
  factorExists,
  methodNotAllowed,
  mfaTokenInvalid,
} from '../../domain/mfa/mfa-problems.ts';
import { rankOf } from '../../domain/policy/assurance-level.ts';
import { attemptsRemaining, waitSeconds } from '../../domain/throttling/second-factor-throttle.ts';
import type { Origin } from '../../lib/client-info.ts';
import { tooManyAttempts } from '../../lib/problem.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import { writeAudit } from '../audit/audit-store.ts';
import { endDevices } from '../devices/device-store.ts';
import { notifyUser } from '../notices/notify-user.ts';
import { lettersOfFailure, lettersOfPass } from './attempt-notices.ts';
import { type Candidate, type Found, findThrottle } from './attempt-store.ts';
import type { Judged } from './evaluate-answer.ts';
import { factorPlace, listFactors, sealJson } from './factor-store.ts';
import { mailAddressesOf } from './notice-addresses.ts';
import { endChallenge, isTaken, lockByReport, recordFailure, recordPass, refund } from './outcome-store.ts';
import { killLogins } from './pending-login-store.ts';
import type { Meaning, Passed } from './verification.ts';

type AttemptDeps = Pick<Deps, 'db' | 'vault' | 'providers' | 'tally'>;

/** Undefined where something was faster. */
export async function recordRight(
  deps: AttemptDeps,
  found: Found,
  judged: Extract<Judged, { outcome: 'passed' | 'waived' }>,
  meaning: Meaning,
  origin: Origin,
  now: Date,
): Promise<Passed | undefined> {
  const { candidate, provider } = judged;
  const verdict = judged.outcome === 'passed' ? judged : null;
  // The write that spends the old code keeps the new one, so each that is spent is replaced once.
  const renews = verdict?.data !== undefined && meaning.renews?.(found);
  const renewal = renews ? provider.renew?.(verdict.data) : undefined;
  const { data, left } = renewal ?? verdict ?? {};
  const uniqueId = verdict?.uniqueId ?? null;
  const place = factorPlace({ id: candidate.id, userId: found.userId });
  const dataSealed = data === undefined ? null : sealJson(deps.vault, data, place);
  const waived = judged.outcome === 'waived';
  const opening = waived
    ? (meaning.waives?.(found) ?? null)
    : meaning.opens(found, { provider, factorId: candidate.id });
  if (waived && !opening) return recordDenied(deps, found, judged, meaning, origin, now);
  const type = waived ? 'mfa_waived' : (provider.tells?.event ?? meaning.event);
  const plain = told(found, meaning, type, 'success', candidate);
  const event = {
    ...plain,
    ...(opening && { sessionId: opening.id, area: opening.area }),
    detail: {
      ...plain.detail,
      ...(left !== undefined && { left }),
      ...(renewal && { renewed: true }),
      ...(opening?.waived && { waived: opening.waived }),
    },
  };
  const mails = lettersOfPass(deps, found, candidate, opening, origin, now);
  const write = async (db: Db): Promise<Passed | undefined> => {
    const rank = opening?.waived ? 0 : rankOf(provider.level); // nothing was shown by a waiver
    const approved = provider.approved === true;
    const pass = { found, candidate, dataSealed, uniqueId, opening, rank, approved, event, mails };
    const won = await recordPass(db, pass, origin, now);
    return won
      ? { status: 'passed', found, candidate, provider, opening, ...won, left, renewed: renewal?.code }
      : undefined;
  };
  const refuse = async (error: unknown) => {
    if (!isTaken(error)) throw error;
    await writeAudit(deps.db, told(found, meaning, 'mfa_failed', 'refused', candidate), origin, now);
    throw factorExists({ detail: 'What this factor is made of is enrolled already.' });
  };
  const { tells } = provider;
  if (!meaning.alongside && !tells) return write(deps.db).catch(refuse);
  const all = inTransaction(deps.db, async (tx) => {
    const passed = await write(tx);
    if (passed) await meaning.alongside?.(tx, passed);
    const about =
      left === undefined ? null : { words: `${left} codes left${renewal ? ', one of them new' : ''}` };
    if (passed && tells) {
      const elsewhere = mailAddressesOf(deps, await listFactors(tx, found.userId));
      await notifyUser({ ...deps, db: tx }, found, tells.notice, about, origin, now, elsewhere);
    }
    return passed;
  });
  return all.catch(refuse);
}

export async function recordWrong(
  deps: AttemptDeps,
  found: Found,
  meaning: Meaning,
  origin: Origin,
  now: Date,
): Promise<never> {
  const challengeIds = found.candidates.flatMap(({ challenge }) => (challenge ? [challenge.id] : []));
  const confirmed = found.candidates.filter(
    ({ pending, method }) => !pending && !deps.providers.get(method)?.backup,
  );
  const disableable = confirmed.map(({ id }) => id);
  const event = told(found, meaning, 'mfa_failed', 'failure', found.candidates[0]);
  const tried = { challengeIds, disableable };
  const letters = lettersOfFailure(deps, found, origin, now);
  const throttle = await recordFailure(deps.db, found, tried, event, letters, origin, now);
  const remaining = attemptsRemaining(throttle, now);
  if (found.paid && remaining === 0) deps.tally.lock();
  throw mfaTokenInvalid({
    detail: 'Invalid MFA token',
    ...(found.paid && { attempts_remaining: remaining }),
    ...(found.paid && remaining === 0 && { retry_after: waitSeconds(throttle, now) ?? 1 }),
  });
}

type Refused = Extract<Judged, { outcome: 'denied' | 'weak' | 'waived' }>;

const reasons = { denied: 'denied', weak: 'too weak here', waived: 'no factor was asked for' } as const;

/**
 * A no from whoever decides, or a yes that is not enough here: nobody has guessed, so nothing is counted, but the
 * challenge is over. What its owner reports as an attack locks the second factor for a while: nobody is asked, and no
 * approval counts. Trusted devices end, and they are told.
 */
export async function recordDenied(
  deps: Pick<Deps, 'db' | 'vault'>,
  found: Found,
  refused: Refused,
  meaning: Meaning,
  origin: Origin,
  now: Date,
): Promise<never> {
  const { candidate, outcome } = refused;
  const reported = outcome === 'denied' && refused.reported === true;
  const refusal = told(found, meaning, reported ? 'mfa_attack_reported' : 'mfa_failed', 'refused', candidate);
  const event: AuditEvent = { ...refusal, detail: { ...refusal.detail, reason: reasons[outcome] } };
  await inTransaction(deps.db, async (tx) => {
    const first = !candidate.challenge || (await endChallenge(tx, candidate.challenge.id));
    if (!first) return; // told already: a client may ask twice
    if (found.paid) await refund(tx, found, event, origin, now);
    else await writeAudit(tx, event, origin, now);
    if (!reported) return;
    await killLogins(tx, { userId: found.userId }); // before the count, as a pass locks them
    await lockByReport(tx, found.userId, now);
    await endDevices(tx, { userId: found.userId }, now);
    await writeAudit(tx, told(found, meaning, 'authn_login_lock', 'refused', candidate), origin, now);
    const about = { labels: [candidate.label] };
    await notifyUser({ ...deps, db: tx }, found, 'attack_reported', about, origin, now);
  });
  if (outcome === 'denied') throw mfaTokenInvalid({ detail: 'The login was denied.' });
  throw methodNotAllowed({ detail: 'What was shown is not enough here. Use another method.' });
}

/** Why no answer was taken: the throttle, a dead temp token, or nothing that this answer could be meant for. */
export async function refuseAnswer(
  deps: Pick<Deps, 'db' | 'tally'>,
  found: Found,
  meaning: Meaning,
  origin: Origin,
  now: Date,
): Promise<never> {
  const throttle = await findThrottle(deps.db, found.userId);
  const retryAfter = throttle ? waitSeconds(throttle, now) : null;
  if (retryAfter !== null) {
    deps.tally.verification(found.candidates[0]?.method ?? null, 'locked');
    await writeAudit(deps.db, told(found, meaning, 'excess_rate_limit_exceeded', 'refused'), origin, now);
    throw tooManyAttempts('second_factor', {
      detail: 'Too many wrong codes. Wait, then start again.',
      retry_after: retryAfter,
    });
  }
  if (!found.alive) throw challengeInvalid();
  if (found.candidates.length === 0)
    throw meaning.nothing?.() ?? mfaTokenInvalid({ detail: 'Invalid MFA token' });
  throw tooManyAttempts('second_factor', { retry_after: 1 });
}

/** What became of an answer, as the audit tells it. */
export function told(
  found: Found,
  meaning: Meaning,
  type: AuditEvent['type'],
  outcome: AuditEvent['outcome'],
  candidate?: Candidate,
): AuditEvent {
  const { at } = meaning;
  return {
    type,
    outcome,
    userId: found.userId,
    area: found.area ?? meaning.area,
    sessionId: found.sessionId,
    method: candidate?.method ?? null,
    factorId: candidate?.id ?? null,
    detail: { at: typeof at === 'function' ? at(found) : at },
  };
}
