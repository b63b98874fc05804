import { noticeThresholds } from '../../domain/notices/notice-thresholds.ts';
import type { About, Notice } from '../../domain/notices/notices.ts';
import type { SessionGrant } from '../../domain/sessions/session.ts';
import type { ClientInfo } from '../../lib/client-info.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import { encryptNotices } from '../notices/notify-user.ts';
import type { EncryptedMail } from '../notices/outbox-store.ts';
import type { CandidateFactor, ClaimedAttempt } from './attempt-store.ts';
import { noticeAddressesOf } from './notice-addresses.ts';
import type { FailureNotices } from './outcome-store.ts';

type NoticeDeps = Pick<Deps, 'vault' | 'providers'>;

/**
 * What may have to be told of a wrong answer: the statement that records it says what has to (LG-9). Of a login it is
 * that the password was right, for the second step comes after it.
 */
export function failureNotices(
  deps: NoticeDeps,
  found: ClaimedAttempt,
  origin: ClientInfo,
  now: Date,
): FailureNotices {
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
export function passNotices(
  deps: NoticeDeps,
  found: ClaimedAttempt,
  candidate: CandidateFactor,
  grant: SessionGrant | null,
  origin: ClientInfo,
  now: Date,
): readonly EncryptedMail[] {
  const wrongBefore = (found.inARow ?? 1) - 1;
  const isLogin = grant !== null && grant.elevation === null && !candidate.pending;
  if (!isLogin || wrongBefore < noticeThresholds.wrongCodes) return [];
  const about = { words: `${wrongBefore} wrong codes before it` };
  return write(deps, found, 'login_after_failures', about, origin, now);
}

/** To the account's address, and where the factors that were tried reach their owner. */
function write(
  deps: NoticeDeps,
  found: ClaimedAttempt,
  notice: Notice,
  about: About | null,
  origin: ClientInfo,
  now: Date,
): readonly EncryptedMail[] {
  const { userId, username, email } = found;
  const tried = found.candidates.map((candidate) => ({ ...candidate, userId }));
  const addresses = [...(email ? [email] : []), ...noticeAddressesOf(deps, tried)];
  return encryptNotices(deps.vault, addresses, { notice, username, about, at: now }, origin);
}
