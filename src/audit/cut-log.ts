import { inTransaction } from '../../db/in-transaction.ts';
import type { Deps } from '../deps.ts';
import type { Origin } from '../origin.ts';
import { writeAudit } from './audit-store.ts';
import { inMicros } from './seal-events.ts';
import { cutAudit, findCuttable } from './seal-store.ts';
import { cutText } from './signer.ts';

const monthsKept = 13;
const marginMs = 60 * 60 * 1000;

/** Of one cut: what the database removes well within its five seconds, for sealing waits meanwhile. */
const mostAtOnce = { seals: 1_000, events: 20_000 };

/**
 * Removes what is older than 13 months, whole seals at a time, and signs where the chain begins from then on (PCI DSS
 * 10.5.1 asks for 12). The database itself refuses to remove anything younger. Returns how many events went.
 */
export async function cutLog(
  deps: Pick<Deps, 'db' | 'vault'>,
  by: Origin,
  most: typeof mostAtOnce = mostAtOnce,
): Promise<number> {
  for (let gone = 0; ; ) {
    const events = await cutOnce(deps, by, most);
    if (events === null) return gone;
    gone += events;
  }
}

/** Null where there is nothing left. */
async function cutOnce(
  { db, vault }: Pick<Deps, 'db' | 'vault'>,
  by: Origin,
  most: typeof mostAtOnce,
): Promise<number | null> {
  const now = new Date();
  const end = new Date(now.getTime() - marginMs); // the database's clock may be another
  end.setUTCMonth(end.getUTCMonth() - monthsKept);
  return inTransaction(db, async (tx) => {
    const last = await findCuttable(tx, end, most);
    if (!last) return null;
    const { number: through, hash, reached, open } = last;
    const cut = { through, hash, reached, open, cutAt: inMicros(now), key: vault.signer.keys[0] };
    const events = await cutAudit(tx, { ...cut, signature: vault.signer.sign(cutText(cut)) });
    const detail = { seal: through, events, before: end.toISOString() };
    await writeAudit(tx, { type: 'audit_cut', outcome: 'success', detail }, by, now);
    return events;
  });
}
