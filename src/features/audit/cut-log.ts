import type { Db } from '../../../db/connect.ts';
import { inTransaction } from '../../../db/in-transaction.ts';
import { monthsBefore } from '../../domain/audit/months-before.ts';
import type { Link } from '../../domain/audit/seal.ts';
import type { ClientInfo } from '../../lib/client-info.ts';
import { cutText } from '../../lib/crypto/audit-signer.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import { writeAudit } from './audit-store.ts';
import { hashOf } from './digests.ts';
import { endOfCut, inMicros, UntrustedSeal } from './seal-events.ts';
import { cutAudit, findCuttable, findSealsAfter } from './seal-store.ts';

/** PCI DSS 10.5.1 asks for 12; the database itself refuses to remove what is younger than this. */
const leastMonthsKept = 13;
const marginMs = 60 * 60 * 1000;

const sealsAtOnce = 100;

/** Of one cut: what the database removes well within its five seconds, for sealing waits meanwhile. */
const mostAtOnce = { seals: 1_000, events: 20_000 };

export type Retention = Partial<typeof mostAtOnce> & { readonly months?: number };

/**
 * Removes what is older than it is to be kept, whole seals at a time, and signs where the chain begins from then on.
 * Returns how many events went. Throws UntrustedSeal rather than cut what somebody has made look old.
 */
export async function cutLog(
  deps: Pick<Deps, 'db' | 'vault'>,
  by: ClientInfo,
  { months = leastMonthsKept, ...most }: Retention = {},
): Promise<number> {
  for (let gone = 0; ; ) {
    const events = await cutOnce(deps, by, { ...mostAtOnce, ...most }, months);
    if (events === null) return gone;
    gone += events;
  }
}

/** Null where there is nothing left. */
async function cutOnce(
  { db, vault }: Pick<Deps, 'db' | 'vault'>,
  by: ClientInfo,
  most: typeof mostAtOnce,
  months: number,
): Promise<number | null> {
  const now = new Date();
  const end = monthsBefore(new Date(now.getTime() - marginMs), months); // the database's clock may be another
  return inTransaction(db, async (tx) => {
    const last = await findCuttable(tx, end, most);
    if (!last) return null;
    await assertAsSealed(tx, last.number, end.toISOString());
    const { number: through, hash, reached, open } = last;
    const cut = { through, hash, reached, open, cutAt: inMicros(now), key: vault.signer.keys[0] };
    const events = await cutAudit(tx, { ...cut, signature: vault.signer.sign(cutText(cut)) });
    const detail = { seal: through, events, before: end.toISOString() };
    await writeAudit(tx, { client: by, now }, { type: 'audit_cut', outcome: 'success', detail });
    return events;
  });
}

/**
 * Our signature on the cut would else hide that a seal which goes is not as it was sealed. The one behind them, which stays,
 * must name the last: whoever rewrites them all breaks the chain there.
 */
async function assertAsSealed(tx: Db, through: number, end: string): Promise<void> {
  let before: Link = await endOfCut(tx);
  while (before.number <= through) {
    const seals = await findSealsAfter(tx, before.number, sealsAtOnce);
    if (seals.length === 0) throw new UntrustedSeal(before.number);
    for (const seal of seals) {
      if (before.number > through) return;
      const follows = seal.number === before.number + 1 && seal.previous === before.hash;
      const isOld = seal.lastAt < end || seal.number > through;
      if (!follows || !isOld || hashOf(seal) !== seal.hash) throw new UntrustedSeal(seal.number);
      before = seal;
    }
  }
}
