import { inTransaction } from '../../db/in-transaction.ts';
import type { Deps } from '../deps.ts';
import type { Origin } from '../origin.ts';
import { writeAudit } from './audit-store.ts';
import { inMicros } from './seal-events.ts';
import { cutAudit, findCuttable } from './seal-store.ts';
import { cutText } from './signer.ts';

const monthsKept = 13;
const marginMs = 60 * 60 * 1000;

/**
 * Removes what is older than 13 months, whole seals at a time, and signs where the chain begins from then on (PCI DSS
 * 10.5.1 asks for 12). The database itself refuses to remove anything younger. Null where there was nothing.
 */
export async function cutLog({ db, vault }: Pick<Deps, 'db' | 'vault'>, by: Origin): Promise<number | null> {
  const now = new Date();
  const end = new Date(now.getTime() - marginMs); // the database's clock may be another
  end.setUTCMonth(end.getUTCMonth() - monthsKept);
  return inTransaction(db, async (tx) => {
    const last = await findCuttable(tx, end);
    if (!last) return null;
    const { number: through, hash, reached, open } = last;
    const cut = { through, hash, reached, open, cutAt: inMicros(now), key: vault.signer.keys[0] };
    const events = await cutAudit(tx, { ...cut, signature: vault.signer.sign(cutText(cut)) });
    const detail = { seal: through, events, before: end.toISOString() };
    await writeAudit(tx, { type: 'audit_cut', outcome: 'success', detail }, by, now);
    return events;
  });
}
