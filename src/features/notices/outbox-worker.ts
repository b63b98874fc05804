import type { Db } from '../../../db/connect.ts';
import { failureNoticeLimits } from '../../domain/notices/notice-thresholds.ts';
import type { Vault } from '../../lib/crypto/vault.ts';
import { type Job, periodicJob } from '../../lib/periodic-job.ts';
import { Problem } from '../../lib/problem.ts';
import { reserveSend } from '../throttling/send-budget-store.ts';
import { dropMail, endMail, nobody, noteTrouble, takeDue } from './outbox-store.ts';

type OutboxDeps = {
  readonly db: Db;
  readonly vault: Vault;
  readonly sendMail: (mail: { to: string; subject: string; text: string; html: string }) => Promise<void>;
  readonly onFailure: (error: unknown) => void;
};

const everyMs = 2_000;
const atOnce = 20;
const mostAttempts = 12;
const mostBatches = 50;

/** Sends the mails of the outbox in the background. */
export function startOutboxWorker(deps: OutboxDeps): Job {
  return periodicJob(everyMs, () => deliverAll(deps), deps.onFailure);
}

/** Delivers several batches in a row, so that mails to `nobody` do not delay mails to users. */
async function deliverAll(deps: OutboxDeps): Promise<void> {
  for (let batch = 0; batch < mostBatches && (await deliverDue(deps)) === atOnce; ) batch += 1;
}

/**
 * Delivers one batch and returns how many mails were due. The worker tries a failed mail again, each time after a
 * longer wait. It gives up after 12 attempts, which take about 15 hours.
 */
export async function deliverDue({ db, vault, sendMail, onFailure }: OutboxDeps): Promise<number> {
  const due = await takeDue(db, vault, atOnce, new Date());
  for (const { id, attempts, mail, onceSubject, createdAt } of due) {
    try {
      const first = attempts === 1 && onceSubject !== null;
      if (first && !(await reserveSend(db, onceSubject, failureNoticeLimits, createdAt))) {
        await dropMail(db, id);
        continue;
      }
      if (mail.to !== nobody) await sendMail(mail);
      await endMail(db, id, true, new Date());
    } catch (error) {
      onFailure(error);
      await noteTrouble(db, id, troubleOf(error));
      if (attempts >= mostAttempts) await endMail(db, id, false, new Date());
    }
  }
  return due.length;
}

/** The detail of the carrier's refusal may be shown, because it is written for people and names no address. */
function troubleOf(error: unknown): string | null {
  const detail = error instanceof Problem ? error.extensions.detail : null;
  return typeof detail === 'string' ? detail : null;
}
