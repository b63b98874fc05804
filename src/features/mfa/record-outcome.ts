import type { Db } from '../../../db/connect.ts';
import { inTransaction } from '../../../db/in-transaction.ts';
import { rankOf } from '../../domain/policy/assurance-level.ts';
import { writeAudit } from '../audit/audit-store.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import { notifyUser } from '../notices/notify-user.ts';
import type { Origin } from '../../lib/client-info.ts';
import type { Meaning, Passed } from './verify-answer.ts';
import type { Found } from './attempt-store.ts';
import { factorExists, mfaTokenInvalid } from '../../domain/mfa/mfa-problems.ts';
import { attemptsRemaining, waitSeconds } from '../../domain/throttling/second-factor-throttle.ts';
import { factorPlace, listFactors, sealJson } from './factor-store.ts';
import type { Judged } from './evaluate-answer.ts';
import { lettersOfFailure, lettersOfPass } from './attempt-notices.ts';
import { mailAddressesOf } from './notice-addresses.ts';
import { recordDenied } from './record-denial.ts';
import { isTaken, recordFailure, recordPass } from './outcome-store.ts';
import { told } from './tell-attempt.ts';

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
