import type { Db } from '../../../db/connect.ts';
import { notMeDays, notMeMark, notMeUrl } from '../../domain/notices/not-me.ts';
import { failureNoticeLimits } from '../../domain/notices/notice-thresholds.ts';
import { hashOf } from '../../lib/crypto/secret-token.ts';
import type { Vault } from '../../lib/crypto/vault.ts';
import { type Job, periodicJob } from '../../lib/periodic-job.ts';
import { Problem } from '../../lib/problem.ts';
import { reserveSend } from '../throttling/send-budget-store.ts';
import { insertNotMeLink } from './not-me-store.ts';
import { dropMail, endMessage, type NotMe, nobody, noteTrouble, takeDue } from './outbox-store.ts';

type OutboxDeps = {
  readonly db: Db;
  readonly vault: Vault;
  /** Where the links of letters lead. */
  readonly portalUrl: string;
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
export async function deliverDue({ db, vault, portalUrl, sendMail, onFailure }: OutboxDeps): Promise<number> {
  const due = await takeDue(db, vault, atOnce, new Date());
  for (const { id, attempts, mail, onceSubject, createdAt } of due) {
    try {
      const first = attempts === 1 && onceSubject !== null;
      if (first && !(await reserveSend(db, onceSubject, failureNoticeLimits, createdAt))) {
        await dropMail(db, id);
        continue;
      }
      if (mail.to !== nobody) {
        const { to, subject, text, html, notMe } = mail;
        const withLink = await storeNotMeLink(db, portalUrl, notMe);
        await sendMail({ to, subject, text: withLink(text), html: withLink(html) });
      }
      await endMessage(db, id, true, new Date());
    } catch (error) {
      onFailure(error);
      await noteTrouble(db, id, troubleOf(error));
      if (attempts >= mostAttempts) await endMessage(db, id, false, new Date());
    }
  }
  return due.length;
}

/**
 * Stores the link "it was not me" of a message that leaves. Returns what puts the link in place of its mark. The life
 * of the link begins now, because a carrier may have been away.
 */
export async function storeNotMeLink(
  db: Db,
  portalUrl: string,
  notMe: NotMe | undefined,
): Promise<(words: string) => string> {
  if (!notMe) return (words) => words;
  const { token, username, notice, writtenAt } = notMe;
  const now = new Date();
  const expiresAt = new Date(now.getTime() + notMeDays * 86_400_000);
  await insertNotMeLink(db, {
    ...{ tokenHash: hashOf(token), username, notice, now, expiresAt },
    writtenAt: new Date(writtenAt),
  });
  return (words) => words.replaceAll(notMeMark(token), notMeUrl(portalUrl, token));
}

/** The carrier's words about a refusal may be shown, because they are written for people and name no address. */
export function troubleOf(error: unknown): string | null {
  const { detail } = error instanceof Problem ? error.extensions : {};
  return typeof detail === 'string' ? detail : null;
}
