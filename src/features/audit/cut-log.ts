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

/**
 * PCI DSS 10.5.1 requires 12 months. The database itself refuses to remove events that are younger than 13 months.
 */
const leastMonthsKept = 13;
const marginMs = 60 * 60 * 1000;

const sealsAtOnce = 100;

/**
 * The limits of one cut. The database removes this many well within its statement timeout of five seconds. Sealing
 * waits during a cut.
 */
const mostAtOnce = { seals: 1_000, events: 20_000 };

export type Retention = Partial<typeof mostAtOnce> & { readonly months?: number };

/**
 * Removes events older than `months`, in whole seals, and signs the new beginning of the chain. Returns the number of
 * removed events. Throws UntrustedSeal if a seal is not as it was made, because somebody may have made its events
 * look old.
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

/** Returns the number of removed events, or null if there is nothing left to cut. */
async function cutOnce(
  { db, vault }: Pick<Deps, 'db' | 'vault'>,
  by: ClientInfo,
  most: typeof mostAtOnce,
  months: number,
): Promise<number | null> {
  const now = new Date();
  const end = monthsBefore(new Date(now.getTime() - marginMs), months); // the database's clock may differ
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
 * Checks each seal before its removal, because the signature on the cut would hide a changed seal. The first seal
 * that stays must name the last removed seal. An attacker who rewrites all removed seals breaks the chain there.
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
