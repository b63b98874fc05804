import type { Deps } from '../../platform/kernel/deps.ts';
import { checkLog, type Fault, type Report } from './verify-chain.ts';
import { compareOutside } from './compare-outside.ts';
import type { Checkpoint } from '../../domain/audit/seal.ts';
import { readLog } from './read-log.ts';
import { sealNamed } from './seal-named.ts';
import { findCut, findNeverGiven } from './seal-store.ts';
import { createChecker } from '../../lib/crypto/audit-signer.ts';

/** After so long without a seal, nothing seals any more, or seals are taken away. */
const sealedWithinMs = 60_000;

export type Wanted = {
  /** A seal that was checked before: goes on behind it. */
  readonly after?: number | undefined;
  /** Stops at a seal when so many events were read. */
  readonly most?: number | undefined;
  /** What has left the database, in the order in which it left. */
  readonly checkpoints?: (() => AsyncIterable<Checkpoint>) | undefined;
  /** Somebody seals at present, so nothing stays unsealed for long. */
  readonly sealing: boolean;
};

/** `compared`: how many checkpoints from outside were held against it. */
export type Verified = Report & { readonly compared: number };

/**
 * Holds the audit in the database against its seals, and these against what was told outside. Names the first record that is
 * not as it was. Throws 404 for a seal that there is not.
 */
export async function verifyLog(deps: Pick<Deps, 'db' | 'vault'>, wanted: Wanted): Promise<Verified> {
  const checker = createChecker(deps.vault.signer.keys);
  const cutBefore = await findCut(deps.db);
  const after = await sealNamed(deps, wanted.after);
  const outside = compareOutside(deps, wanted.checkpoints?.(), wanted.after ?? 0);
  const records = readLog(deps, { ...(after && { after }), ...(wanted.most && { most: wanted.most }) });
  const report = await checkLog(records, checker, after, outside.seen);
  const fault = report.fault ?? (report.more ? null : ((await outside.rest()) ?? (await atTheEnd())));
  const compared = outside.compared();
  if (!fault) return { ...report, compared };
  const cutNow = await findCut(deps.db);
  if (cutNow?.through !== cutBefore?.through) return verifyLog(deps, wanted); // what was read went meanwhile
  return { ...report, fault, compared };

  async function atTheEnd(): Promise<Fault | null> {
    const seq = await findNeverGiven(deps.db);
    return seq === null ? late(report, wanted) : { kind: 'inserted', seal: null, seq };
  }
}

function late({ unsealedSince }: Report, { sealing }: Wanted): Fault | null {
  if (!sealing || unsealedSince === null) return null;
  const isLate = Date.now() - Date.parse(unsealedSince) > sealedWithinMs;
  return isLate ? { kind: 'unsealed', seal: null, seq: null } : null;
}
