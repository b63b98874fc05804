import type { PoolState } from '../../../db/connect.ts';
import type { OutboxFigures } from '../../features/notices/outbox-store.ts';
import type { HashState } from '../../features/passwords/hash-queue.ts';
import type { Metrics } from './metrics.ts';
import { type AuditWatched, watchAudit } from './watch-audit.ts';
import { watchMails } from './watch-mails.ts';
import { type SmsWatched, watchTexts } from './watch-texts.ts';

export type Watched = {
  readonly hashing: () => HashState;
  /** Null: the embedded database, which has no pool. */
  readonly pool: (() => PoolState) | null;
  /** Null: no Duo. */
  readonly duoIsCutOff: (() => boolean) | null;
  readonly audit: AuditWatched;
  readonly mails: () => Promise<OutboxFigures>;
  /** Null: nothing carries text messages. */
  readonly texts: SmsWatched | null;
};

/** The figures that lie ready in the parts of the service. */
export function watchService(metrics: Metrics, parts: Watched): void {
  const { hashing, pool, duoIsCutOff, audit, mails, texts } = parts;
  const { gauge, count } = metrics;
  gauge('sallyport_hashing_running', 'Passwords being hashed', () => hashing().running);
  gauge('sallyport_hashing_waiting', 'Passwords that wait to be hashed', () => hashing().waiting);
  count(
    'sallyport_hashing_refused_total',
    'Callers refused with 503 because too many waited',
    () => hashing().refused,
  );
  if (pool) {
    gauge('sallyport_database_connections', 'Connections to PostgreSQL', () => pool().total);
    gauge('sallyport_database_connections_idle', 'Of these, those that nobody uses', () => pool().idle);
    gauge('sallyport_database_connections_max', 'As many as there may be', () => pool().max);
    gauge('sallyport_database_waiting', 'Callers that wait for a connection', () => pool().waiting);
  }
  if (duoIsCutOff) {
    gauge('sallyport_duo_breaker_open', '1 while Duo is not asked, for it did not answer', () =>
      Number(duoIsCutOff()),
    );
  }
  watchAudit(metrics, audit);
  watchMails(metrics, mails);
  if (texts) watchTexts(metrics, texts);
}
