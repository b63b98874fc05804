import type { OutboxFigures } from '../../features/notices/outbox-store.ts';
import type { Metrics } from './metrics.ts';
import { readSeldom } from './read-seldom.ts';

const everyMs = 5_000;

/** What waits in the outbox to be mailed, of all instances together. */
export function watchMails({ gauge }: Metrics, figures: () => Promise<OutboxFigures>): void {
  const read = readSeldom(figures, everyMs);
  gauge(
    'sallyport_mails_waiting',
    'Notices and links that wait to be mailed',
    async () => (await read()).waiting,
  );
  gauge(
    'sallyport_mails_failing',
    'Of these, those that could not be sent',
    async () => (await read()).failing,
  );
  gauge('sallyport_mails_oldest_seconds', 'Age of the oldest of them, 0 where there is none', async () =>
    ageOf((await read()).oldest, new Date()),
  );
}

function ageOf(time: Date | null, now: Date): number {
  return time ? Math.max(0, (now.getTime() - time.getTime()) / 1000) : 0;
}
