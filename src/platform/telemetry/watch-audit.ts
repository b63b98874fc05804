import type { Sealing } from '../../domain/audit/seal.ts';
import type { Metrics } from './metrics.ts';
import { readSeldom } from './read-seldom.ts';

export type AuditWatched = {
  readonly sealing: () => Promise<Sealing>;
  /** Null: this instance keeps no checkpoints that it could hold the database against. */
  readonly isLost: (() => boolean) | null;
};

const everyMs = 1_000; // sealing has its turn as often

/** How far the audit is sealed, and whether the database still has all of it. */
export function watchAudit({ gauge }: Metrics, { sealing, isLost }: AuditWatched): void {
  const read = readSeldom(sealing, everyMs);
  gauge('sallyport_audit_last_seal', 'Number of the last seal', async () => (await read()).lastSeal);
  gauge(
    'sallyport_audit_oldest_unsealed_seconds',
    'Age of the oldest event behind the last seal, 0 where there is none',
    async () => ageOf((await read()).oldestUnsealed, new Date()),
  );
  if (isLost) {
    gauge('sallyport_audit_lost', '1 while the database does not hold a seal that was told outside', () =>
      Number(isLost()),
    );
  }
}

/** Not below 0, for another instance may have another clock. */
function ageOf(time: Date | null, now: Date): number {
  return time ? Math.max(0, (now.getTime() - time.getTime()) / 1000) : 0;
}
