import { worthTelling } from '../../domain/notices/notice-thresholds.ts';
import type { About, Notice } from '../../domain/notices/notices.ts';
import type { Opening } from '../../domain/sessions/session.ts';
import type { Origin } from '../../lib/client-info.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import { sealLetters } from '../notices/notify-user.ts';
import type { Sealed } from '../notices/outbox-store.ts';
import type { Candidate, Found } from './attempt-store.ts';
import { mailAddressesOf } from './notice-addresses.ts';
import type { FailureLetters } from './outcome-store.ts';

type LetterDeps = Pick<Deps, 'vault' | 'providers'>;

/**
 * What may have to be told of a wrong answer: the statement that records it says what has to (LG-9). Of a login it is
 * that the password was right, for the second step comes after it.
 */
export function lettersOfFailure(deps: LetterDeps, found: Found, origin: Origin, now: Date): FailureLetters {
  const [first] = found.candidates;
  const of = (notice: Notice, about: About | null) => write(deps, found, notice, about, origin, now);
  const isLogin = found.sessionId === null && first?.pending === false;
  return {
    failed: isLogin ? of('second_factor_failed', null) : [],
    locked: of('account_locked', null),
    disabled: of('factor_disabled', first ? { labels: [first.label] } : null),
  };
}

/** A login that succeeds after failures. */
export function lettersOfPass(
  deps: LetterDeps,
  found: Found,
  candidate: Candidate,
  opening: Opening | null,
  origin: Origin,
  now: Date,
): readonly Sealed[] {
  const wrongBefore = (found.inARow ?? 1) - 1;
  const isLogin = opening !== null && opening.raises === null && !candidate.pending;
  if (!isLogin || wrongBefore < worthTelling.wrongCodes) return [];
  const about = { words: `${wrongBefore} wrong codes before it` };
  return write(deps, found, 'login_after_failures', about, origin, now);
}

/** To the account's address, and where the factors that were tried reach their owner. */
function write(
  deps: LetterDeps,
  found: Found,
  notice: Notice,
  about: About | null,
  origin: Origin,
  now: Date,
): readonly Sealed[] {
  const { userId, username, email } = found;
  const tried = found.candidates.map((candidate) => ({ ...candidate, userId }));
  const addresses = [...(email ? [email] : []), ...mailAddressesOf(deps, tried)];
  return sealLetters(deps.vault, addresses, { notice, username, about, at: now }, origin);
}
