import { inTransaction } from '../../../db/in-transaction.ts';
import { type Job, periodicJob } from '../../lib/periodic-job.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import { beginGraces, takeReminders } from './grace-store.ts';
import { mailReminder } from './mail-reminder.ts';
import { findRollout } from './rollout-store.ts';

const everyMs = 60_000;
const atOnce = 500;
const day = 86_400_000;
/** When each reminder is due, in milliseconds from the beginning of a grace: on the first, fifth and seventh day. */
const reminders = [0, 4 * day, 6 * day];

type GraceDeps = Pick<Deps, 'db' | 'vault' | 'letterhead' | 'portalUrl'>;

/** Begins the graces of users who do not log in meanwhile, and reminds users who have not enrolled yet. */
export function startGracePeriodJob(deps: GraceDeps, onFailure: (error: unknown) => void): Job {
  return periodicJob(everyMs, () => runGracePeriods(deps, new Date()), onFailure);
}

/** One round, in batches. If several instances run it, each user gets a reminder from only one of them. */
export async function runGracePeriods(deps: GraceDeps, now: Date): Promise<void> {
  const rollout = await findRollout(deps.db);
  if (rollout.phase === 'soft') return;
  while ((await beginGraces(deps.db, rollout, atOnce, now)) === atOnce);
  for (const [at, after] of [...reminders.entries()].reverse()) {
    const begunBefore = new Date(now.getTime() - after);
    while ((await remind(deps, at, begunBefore, now)) === atOnce);
  }
}

async function remind(deps: GraceDeps, at: number, begunBefore: Date, now: Date): Promise<number> {
  return inTransaction(deps.db, async (tx) => {
    const due = await takeReminders(tx, { at, begunBefore, most: atOnce }, now);
    for (const user of due) await mailReminder(tx, deps, user, now);
    return due.length;
  });
}
