import type { Checkpoint } from '../../domain/audit/seal.ts';
import { createChecker } from '../../lib/crypto/audit-signer.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { AuditContext } from '../../platform/kernel/request-context.ts';
import { writeAudit } from './audit-store.ts';
import { compareOutside } from './compare-outside.ts';
import { readLog } from './read-log.ts';
import { findCut, findNeverGiven, sealNamed } from './seal-store.ts';
import { type ChainFault, type ChainReport, verifyChain } from './verify-chain.ts';

/** If an event has waited longer than this for a seal, no instance seals events, or somebody removes seals. */
const sealedWithinMs = 60_000;

export type VerifyInput = {
  /** A seal that the caller has verified before. The verification begins after it. */
  readonly after?: number | undefined;
  /** The verification stops at the first seal by which it has read this many events. */
  readonly most?: number | undefined;
  /** The verification stops at the first seal after which this is true. */
  readonly isOver?: (() => boolean) | undefined;
  /** The checkpoints that have left the database, in the order in which they left. */
  readonly checkpoints?: (() => AsyncIterable<Checkpoint>) | undefined;
  /** True if an instance seals events at present, so that no event stays unsealed for long. */
  readonly sealing: boolean;
};

/** `compared`: the number of seals that equal their published checkpoints. */
export type Verified = ChainReport & { readonly compared: number };

/**
 * Compares the audit in the database with its seals, and the seals with the published checkpoints. Returns the first
 * record that is not as it was sealed. Throws 404 if the seal `after` does not exist.
 */
export async function verifyLog(deps: Pick<Deps, 'db' | 'vault'>, wanted: VerifyInput): Promise<Verified> {
  const checker = createChecker(deps.vault.signer.keys);
  const cutBefore = await findCut(deps.db);
  const after = await sealNamed(deps, wanted.after);
  const outside = compareOutside(deps, wanted.checkpoints?.(), wanted.after ?? 0);
  const records = readLog(deps, {
    ...(after && { after }),
    ...(wanted.most && { most: wanted.most }),
    ...(wanted.isOver && { isOver: wanted.isOver }),
  });
  const report = await verifyChain(records, checker, after, outside.seen);
  const fault = report.fault ?? (report.more ? null : ((await outside.rest()) ?? (await atTheEnd())));
  const compared = outside.compared();
  if (!fault) return { ...report, compared };
  const cutNow = await findCut(deps.db);
  if (cutNow?.through !== cutBefore?.through) return verifyLog(deps, wanted); // a cut removed records during the read
  return { ...report, fault, compared };

  async function atTheEnd(): Promise<ChainFault | null> {
    const seq = await findNeverGiven(deps.db);
    return seq === null ? late(report, wanted) : { kind: 'inserted', seal: null, seq };
  }
}

function late({ unsealedSince }: ChainReport, { sealing }: VerifyInput): ChainFault | null {
  if (!sealing || unsealedSince === null) return null;
  const isLate = Date.now() - Date.parse(unsealedSince) > sealedWithinMs;
  return isLate ? { kind: 'unsealed', seal: null, seq: null } : null;
}

/**
 * Writes an event with the result of a verification. `userId` is null if an administrator verified from the terminal.
 */
export async function writeAuditVerified(
  { db }: Pick<Deps, 'db'>,
  ctx: AuditContext,
  { fault, lastSeal }: ChainReport,
  userId: string | null,
): Promise<void> {
  const detail = { seal: fault?.seal ?? lastSeal, ...(fault && { reason: fault.kind, seq: fault.seq }) };
  const outcome = fault ? 'failure' : 'success';
  const who = { userId, area: userId ? 'admin' : null };
  // A verification may take minutes: the event has the time of its end.
  await writeAudit(db, { ...ctx, now: new Date() }, { type: 'audit_verified', outcome, ...who, detail });
}

/** A fault as one sentence for an administrator. */
export function describeFault({ kind, seal, seq }: ChainFault): string {
  const what = seq === null ? `Seal ${seal}` : `Event ${seq}${seal === null ? '' : `, of seal ${seal},`}`;
  switch (kind) {
    case 'changed':
      return `${what} was changed.`;
    case 'removed':
      return `${what} was removed.`;
    case 'reordered':
      return `${what} is not in its place: another event is there.`;
    case 'inserted':
      return `${what} was inserted: ${seq === null ? 'it does not belong there' : 'no seal covers it'}.`;
    case 'unsigned':
      return `${what} is the first that was not signed by any key of this service.`;
    case 'replaced':
      return `${what} differs from the one in the checkpoints: the database was rewritten, or an old copy of it is in use.`;
    case 'lost':
      return `${what} is in the checkpoints, but is missing here with all later seals: the end was cut off, or this is an old copy.`;
    case 'unsealed':
      return 'Some events should have been sealed long ago: the sealing job does not run, or somebody removes seals.';
  }
}
