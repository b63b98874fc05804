import { cutLog } from '../../features/audit/cut-log.ts';
import { appendCheckpoints, deliverCheckpoints, stillHolds } from '../../features/audit/deliver.ts';
import { mostEvents, sealEvents, UntrustedSeal } from '../../features/audit/seal-events.ts';
import { internalClient } from '../../lib/client-info.ts';
import { type Job, periodicJob } from '../../lib/periodic-job.ts';
import type { CheckpointDestinations } from '../../platform/adapters/checkpoint-destinations.ts';
import type { Deps } from '../../platform/kernel/deps.ts';

/** An event is sealed within two seconds: one until the next run, and one for the work. */
const everyMs = 1_000;
const cutEveryMs = 60 * 60 * 1000;

export type SealingOptions = {
  readonly destinations: CheckpointDestinations;
  /** Null: for ever. */
  readonly keepMonths: number | null;
  /** Returns the error handler for a named job. */
  readonly failed: (work: string) => (error: unknown) => void;
  /** Called once if the database has lost or replaced a seal that was published as a checkpoint. */
  readonly onLoss: (seal: number) => void;
  /** Called once if none of our keys signed the last seal. Nothing is sealed while it is the last one. */
  readonly onUntrustedSeal: (seal: number) => void;
};

export type SealingJob = Job & {
  /** Whether the database has lacked a seal of the checkpoint file since the start. Null without such a file. */
  readonly isLost: (() => boolean) | null;
};

/**
 * Seals the audit in the background and publishes each seal as a checkpoint. Removes events that are older than the
 * retention time.
 */
export function startSealingJob(deps: Pick<Deps, 'db' | 'vault'>, options: SealingOptions): SealingJob {
  const { destinations, keepMonths, failed, onLoss, onUntrustedSeal } = options;
  const { file, remote } = destinations;
  const jobs = [periodicJob(everyMs, sealAll, failed('sealing'))];
  if (keepMonths !== null) jobs.push(periodicJob(cutEveryMs, () => cut(keepMonths), failed('retention')));
  if (file) jobs.push(periodicJob(everyMs, () => follow(file), failed('checkpoints to file')));
  for (const [destination, send] of remote)
    jobs.push(
      periodicJob(
        everyMs,
        () => deliverCheckpoints(deps, destination, send),
        failed(`checkpoints to ${destination}`),
      ),
    );
  let lost = false;
  let untrusted: number | null = null;

  async function sealAll(): Promise<void> {
    for (;;) {
      const seal = await sealEvents(deps).catch(logUntrustedSeal);
      if ((seal?.count ?? 0) < mostEvents) return;
    }
  }

  function logUntrustedSeal(error: unknown): null {
    if (!(error instanceof UntrustedSeal)) throw error;
    if (untrusted !== error.seal) onUntrustedSeal(error.seal);
    untrusted = error.seal;
    return null;
  }

  async function follow(to: NonNullable<CheckpointDestinations['file']>): Promise<void> {
    const last = await to.last();
    const isHeld = !last || (await stillHolds(deps, last));
    if (last && !isHeld && !lost) onLoss(last.number);
    lost ||= !isHeld; // stays true, even if a later seal gets that number
    await appendCheckpoints(deps, to);
  }

  async function cut(months: number): Promise<void> {
    const client = internalClient('service');
    await cutLog(deps, client, { months });
  }

  return {
    isLost: file ? () => lost : null,
    close: async () => void (await Promise.all(jobs.map((one) => one.close()))),
  };
}
