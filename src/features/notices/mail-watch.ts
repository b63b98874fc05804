import { type Job, periodicJob } from '../../lib/periodic-job.ts';

/** What is wrong with mail: nothing carries it, or the mail server was not reached at the last look. */
export type MailFault = 'mail_missing' | 'mail_failing';

export type MailWatch = Job & { readonly fault: () => MailFault | null };

const everyMs = 5 * 60_000;

/**
 * Asks the mail server at the start and every five minutes whether it takes our login. The result depends on no mail,
 * so it shows nobody whether an account exists. `probe` is null where nobody is asked.
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
  const rounds = periodicJob(everyMs, look, onFailure, 'at once');
  return { ...rounds, fault: () => (failing ? 'mail_failing' : null) };
}
