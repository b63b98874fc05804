import type { Db } from '../../../db/connect.ts';
import { sweep } from '../../../db/sweep.ts';
import type { AccessDeps } from '../../api/access/authenticate.ts';
import { startDayCounter } from '../../features/adoption/count-days.ts';
import { startForgettingWords } from '../../features/mfa/forget-factor-words.ts';
import { type MailWatch, watchMailServer } from '../../features/notices/mail-watch.ts';
import { startOutboxWorker } from '../../features/notices/outbox-worker.ts';
import { startGracePeriodJob } from '../../features/policy/grace-period-job.ts';
import { startRecoveryJob } from '../../features/recovery/recovery-job.ts';
import { startEventWorker } from '../../features/security-events/event-worker.ts';
import { runDueBreakers } from '../../features/sms/run-due-breakers.ts';
import { startTextNoticeWorker } from '../../features/sms/text-notice-worker.ts';
import { followKeys, rotateDueKeys } from '../../features/tokens/rotate-due-keys.ts';
import { startDisablingInactive } from '../../features/user-admin/disable-inactive.ts';
import {
  firstPosition,
  type Position,
  reencryptBatch,
} from '../../features/vault-rotation/reencrypt-vault.ts';
import { errorName } from '../../lib/error-name.ts';
import { type Job, periodicJob } from '../../lib/periodic-job.ts';
import type { CheckpointDestinations } from '../../platform/adapters/checkpoint-destinations.ts';
import type { SendMail, SendSms } from '../../platform/adapters/messages.ts';
import type { App } from '../../platform/http/app-type.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import { type SealingJob, startSealingJob } from './audit-sealing-job.ts';

export type JobOptions = {
  readonly signingKeyDays: number;
  readonly destinations: CheckpointDestinations;
  /** Without it no mail is sent. */
  readonly sendMail: SendMail | undefined;
  /** Without it no notice goes to a telephone. */
  readonly sendSms?: SendSms | undefined;
  /** Asks the mail server whether it accepts our login. Null without a mail server. */
  readonly probeMail?: (() => Promise<void>) | null;
  readonly log: App['log'];
};

export type Jobs = Job & {
  readonly auditIsLost: SealingJob['isLost'];
  readonly mailFault: MailWatch['fault'];
};

/** Starts the background jobs of an instance. Work that must be done once is done by one instance at a time. */
export function startJobs(
  deps: AccessDeps,
  { signingKeyDays, destinations, sendMail, sendSms, probeMail, log }: JobOptions,
): Jobs {
  const { db, vault, portalUrl, smsRules } = deps;
  const { auditKeepMonths, disableInactiveDays } = deps.periods;
  const failed = (work: string) => (error: unknown) =>
    log.error(
      { work, cause: errorName(error) },
      `background job failed: ${work} (${errorName(error)}); see docs/observability.md`,
    );
  const onLoss = (seal: number) =>
    log.error(
      { seal },
      'audit records lost: the database lacks a seal that the checkpoint file holds (an old copy was restored, or records were deleted or rewritten); see docs/audit.md',
    );
  const onUntrustedSeal = (seal: number) =>
    log.error(
      { seal },
      'audit sealing stopped: the latest seal was not signed by any key in VAULT_KEYS (database tampered with, or an old key removed too early); see docs/audit.md',
    );
  const onReceiverTrouble = (receiver: string, trouble: string) =>
    log.warn(
      { receiver, trouble },
      'security events wait: a receiver does not take them; see docs/security-events.md',
    );
  const sealer = startSealingJob(deps, {
    destinations,
    keepMonths: auditKeepMonths,
    failed,
    onLoss,
    onUntrustedSeal,
  });
  const mailServer = watchMailServer(
    { carried: deps.sendsMail, probe: probeMail ?? null },
    failed('mail server'),
  );
  const noteUse = () => deps.sessions.flush(new Date());
  const work = [
    periodicJob(15_000, noteUse, failed('activity')),
    periodicJob(60_000, () => deps.verificationTimes.flush(new Date()), failed('verification times')),
    sealer,
    mailServer,
    startSweepJob(db, failed('sweeping')),
    ...(auditKeepMonths === null
      ? []
      : [startForgettingWords(deps, auditKeepMonths, failed('factor history'))]),
    periodicJob(5_000, deps.reloadPolicies, failed('rules')),
    periodicJob(5_000, () => compareClocks(deps), failed('clock')),
    ...(disableInactiveDays === null
      ? []
      : [startDisablingInactive(deps, disableInactiveDays, failed('inactive accounts'))]),
    startGracePeriodJob(deps, failed('grace')),
    startRecoveryJob(deps, failed('recoveries')),
    startDayCounter(deps, failed('adoption')),
    startSigningKeyJob(deps, signingKeyDays, failed('signing keys')),
    startReencryptionJob(deps, failed('vault keys')),
    startEventWorker(deps, failed('security events'), onReceiverTrouble),
    periodicJob(5_000, () => runDueBreakers(deps, (line) => log.warn(line)), failed('SMS breaker')),
    ...(sendMail
      ? [startOutboxWorker({ db, vault, portalUrl, sendMail, onFailure: failed('notices') })]
      : []),
    ...(sendSms
      ? [
          startTextNoticeWorker({
            ...{ db, vault, portalUrl, smsRules, sendSms },
            onFailure: failed('text notices'),
          }),
        ]
      : []),
  ];
  return {
    auditIsLost: sealer.isLost,
    mailFault: mailServer.fault,
    close: async () => {
      await Promise.all(work.map((one) => one.close()));
      await deps.sessions.flush(new Date(), 'all').catch(failed('activity'));
      await deps.verificationTimes.flush(new Date()).catch(failed('verification times'));
    },
  };
}

async function compareClocks({ clock }: AccessDeps): Promise<void> {
  if (await clock.compare()) return;
  throw Object.assign(new Error('The clocks of this instance and of the database differ'), {
    code: 'CLOCK_WRONG',
  });
}

/** Milliseconds. An instance that missed a notification follows within five seconds. */
const keysEveryMs = 4_000;

/** Follows the signing keys in the background, makes the next one when it is due, and retires old ones. */
export function startSigningKeyJob(
  deps: Pick<AccessDeps, 'db' | 'vault' | 'tokens'>,
  days: number,
  onFailure: (error: unknown) => void,
): Job {
  return periodicJob(
    keysEveryMs,
    async () => {
      await rotateDueKeys(deps, days);
      await followKeys(deps);
    },
    onFailure,
  );
}

const reencryptEveryMs = 500;
/** Another instance may still encrypt with the previous key for a while. */
const againMs = 60 * 60 * 1000;

/**
 * After a change of the vault's first key, encrypts again in the background what older keys have encrypted. An hour
 * after it has finished, it checks again. With a single key there is nothing to do.
 */
export function startReencryptionJob(
  deps: Pick<Deps, 'db' | 'vault'>,
  onFailure: (error: unknown) => void,
): Job {
  if (deps.vault.keyIds.length === 1) return { close: async () => {} };
  let at: Position | null = firstPosition;
  let againAt = 0;
  return periodicJob(
    reencryptEveryMs,
    async () => {
      if (at === null && Date.now() < againAt) return;
      at = (await reencryptBatch(deps, at ?? firstPosition)).next;
      if (at === null) againAt = Date.now() + againMs;
    },
    onFailure,
  );
}

const sweepEveryMs = 30_000;

export function startSweepJob(db: Db, onFailure: (error: unknown) => void): Job {
  return periodicJob(sweepEveryMs, () => sweep(db, new Date()), onFailure);
}
