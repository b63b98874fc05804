import type { Db } from '../../../db/connect.ts';
import type { Toll } from '../../domain/mfa/provider.ts';
import { noticesOf, noticesOfAccount, type SmsRules, secondsLeftOfDay } from '../../domain/sms/sms-limits.ts';
import type { Vault } from '../../lib/crypto/vault.ts';
import { type Job, periodicJob } from '../../lib/periodic-job.ts';
import { Problem } from '../../lib/problem.ts';
import { endMessage, noteTrouble, type OutText, takeDueTexts } from '../notices/outbox-store.ts';
import { storeNotMeLink, troubleOf } from '../notices/outbox-worker.ts';
import { reserveSends } from '../throttling/send-budget-store.ts';

type TextDeps = {
  readonly db: Db;
  readonly vault: Vault;
  /** Where the links of texts lead. */
  readonly portalUrl: string;
  readonly smsRules: SmsRules;
  readonly sendSms: (message: { to: string; text: string; isNotice: true }) => Promise<void>;
  readonly onFailure: (error: unknown) => void;
};

const everyMs = 2_000;
/** So few that the carrier's timeouts together stay below the wait of a first attempt: nobody else takes them. */
const atOnce = 5;
const mostAttempts = 12;

/** Sends the texts of the outbox in the background. A slow carrier of texts delays no mail, because mails have a worker. */
export function startTextNoticeWorker(deps: TextDeps): Job {
  return periodicJob(everyMs, () => deliverAll(deps), deps.onFailure);
}

async function deliverAll(deps: TextDeps): Promise<void> {
  while ((await deliverDueTexts(deps)) === atOnce);
}

/**
 * Delivers one batch and returns how many texts were due. Each attempt takes from the budgets, because a carrier that
 * did not answer may have sent the text. A text that a budget refuses is given up, and its mail tells the owner. A
 * failed text is tried again as a mail is, unless waiting does not help.
 */
export async function deliverDueTexts(deps: TextDeps): Promise<number> {
  const { db, vault, portalUrl, sendSms, onFailure } = deps;
  const due = await takeDueTexts(db, vault, atOnce, new Date());
  for (const { id, attempts, message } of due) {
    try {
      const refusal = await whyHeldBack(deps, { message, isFirst: attempts === 1, now: new Date() });
      if (refusal === null) {
        const withLink = await storeNotMeLink(db, portalUrl, message.notMe);
        await sendSms({ to: message.to, text: withLink(message.text), isNotice: true });
      } else await noteTrouble(db, id, refusal);
      await endMessage(db, id, refusal === null, new Date());
    } catch (error) {
      onFailure(error);
      const isOver = attempts >= mostAttempts || isFinal(error);
      await noteTrouble(db, id, troubleOf(error) ?? (isOver ? 'The carrier refused it.' : null));
      if (isOver) await endMessage(db, id, false, new Date());
    }
  }
  return due.length;
}

type Attempt = { readonly message: OutText; readonly isFirst: boolean; readonly now: Date };

/**
 * Takes the text from the budgets. Returns why it is not sent, in words for the helpdesk; null if it may be sent. The
 * text is no `sms_texts`: no code comes back, so it must not look like a text that nobody reads.
 */
async function whyHeldBack(
  { db, smsRules }: Pick<TextDeps, 'db' | 'smsRules'>,
  { message: { userId, toll }, isFirst, now }: Attempt,
): Promise<string | null> {
  const { countries } = smsRules;
  if (countries && !countries.includes(toll.country))
    return `Text messages are sent to numbers of these countries only: ${countries.join(', ')}.`;
  const budgets = [...(isFirst ? [ofAccount(userId, now)] : []), ...sharedBudgets(smsRules, toll, now)];
  return (await reserveSends(db, { budgets, now })).refused?.why ?? null;
}

function ofAccount(userId: string, now: Date) {
  const why = `An account gets at most ${noticesOfAccount} such texts a day.`;
  return { ...budget(`sms:notices:user:${userId}`, noticesOfAccount, now), why };
}

/** The share of the notices comes first, so that a notice above it takes nothing from codes. */
function sharedBudgets(smsRules: SmsRules, { country, prefix }: Toll, now: Date) {
  const each = [
    { of: `prefix:${prefix}`, perDay: smsRules.perPrefixPerDay },
    { of: `country:${country}`, perDay: smsRules.perCountryPerDay },
    { of: 'day', perDay: smsRules.perDay },
  ];
  const why = 'The budget of such texts is spent for today.';
  return [
    ...each.map(({ of, perDay }) => ({ ...budget(`sms:notices:${of}`, noticesOf(perDay), now), why })),
    ...each.map(({ of, perDay }) => ({ ...budget(`sms:${of}`, perDay, now), why })),
  ];
}

function budget(subject: string, perWindow: number, now: Date) {
  const rules = { perWindow, windowSeconds: secondsLeftOfDay(now), apartSeconds: 0 };
  return { subject, rules, shared: true } as const;
}

/** The carrier says when it is worth trying again. Without that, the number or the account is at fault. */
function isFinal(error: unknown): boolean {
  return error instanceof Problem && error.extensions.retry_after === undefined;
}
