import { inTransaction } from '../../../db/in-transaction.ts';
import { writeAudit } from '../audit/audit-store.ts';
import type { AuditEvent } from '../../domain/audit/events.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import { endDevices } from '../devices/device-store.ts';
import { notifyUser } from '../notices/notify-user.ts';
import type { Origin } from '../../lib/client-info.ts';
import type { Meaning } from './verify-answer.ts';
import type { Found } from './attempt-store.ts';
import { killLogins } from './pending-login-store.ts';
import { methodNotAllowed, mfaTokenInvalid } from '../../domain/mfa/mfa-problems.ts';
import type { Judged } from './evaluate-answer.ts';
import { endChallenge, lockByReport, refund } from './outcome-store.ts';
import { told } from './tell-attempt.ts';

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
