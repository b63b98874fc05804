import { type Job, periodicJob } from '../../lib/periodic-job.ts';

/** What is wrong with mail: no carrier is configured, or the last probe of the mail server failed. */
export type MailFault = 'mail_missing' | 'mail_failing';

export type MailWatch = Job & { readonly fault: () => MailFault | null };

const everyMs = 5 * 60_000;

/**
 * Asks the mail server at the start and every five minutes whether it accepts the service's login. The result does
 * not depend on any mail, so it shows nobody whether an account exists. `probe` is null if there is no server to ask.
 */
export function watchMailServer(
  { carried, probe }: { readonly carried: boolean; readonly probe: (() => Promise<void>) | null },
  onFailure: (error: unknown) => void,
): MailWatch {
  if (!carried) return { fault: () => 'mail_missing', close: async () => {} };
  if (!probe) return { fault: () => null, close: async () => {} };
  let failing = false;
  const look = async () => {
    try {
      await probe();
      failing = false;
    } catch (error) {
      failing = true;
      throw error;
    }
  };
  const job = periodicJob(everyMs, look, onFailure, 'at once');
  return { ...job, fault: () => (failing ? 'mail_failing' : null) };
}
