import type { PoolState } from '../../../db/connect.ts';
import type { Sealing } from '../../domain/audit/seal.ts';
import { everyCountry } from '../../domain/sms/conversion-breaker.ts';
import type { SmsRules } from '../../domain/sms/sms-limits.ts';
import type { SmsFigures } from '../../domain/sms/text-counts.ts';
import type { EventFigures, HashState, OutboxFigures } from '../kernel/ports.ts';
import type { Metrics } from './metrics.ts';

export type GaugeSources = {
  readonly hashing: () => HashState;
  /** Null for the embedded database, which has no pool. */
  readonly pool: (() => PoolState) | null;
  /** Null without Duo. */
  readonly duoIsCutOff: (() => boolean) | null;
  readonly audit: AuditGauges;
  readonly mails: () => Promise<OutboxFigures>;
  readonly events: () => Promise<EventFigures>;
  /** Null without a carrier for text messages. */
  readonly texts: SmsGauges | null;
};

/** Exposes the figures that the parts of the service keep. */
export function exposeService(metrics: Metrics, parts: GaugeSources): void {
  const { hashing, pool, duoIsCutOff, audit, mails, events, texts } = parts;
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
    gauge(
      'sallyport_database_connections_idle',
      'Connections to PostgreSQL that are idle',
      () => pool().idle,
    );
    gauge(
      'sallyport_database_connections_max',
      'Maximum number of connections to PostgreSQL',
      () => pool().max,
    );
    gauge('sallyport_database_waiting', 'Callers that wait for a connection', () => pool().waiting);
  }
  if (duoIsCutOff) {
    gauge(
      'sallyport_duo_breaker_open',
      '1 while the circuit breaker stops calls to Duo, because Duo did not answer',
      () => Number(duoIsCutOff()),
    );
  }
  exposeAudit(metrics, audit);
  exposeMails(metrics, mails);
  exposeEvents(metrics, events);
  if (texts) exposeTexts(metrics, texts);
}

const mailsEveryMs = 5_000;

/** The mails in the outbox, of all instances together. */
export function exposeMails({ gauge }: Metrics, figures: () => Promise<OutboxFigures>): void {
  const read = readSeldom(figures, mailsEveryMs);
  gauge(
    'sallyport_mails_waiting',
    'Notices and links that wait to be mailed',
    async () => (await read()).waiting,
  );
  gauge(
    'sallyport_mails_failing',
    'Waiting mails that could not be sent so far',
    async () => (await read()).failing,
  );
  gauge('sallyport_mails_oldest_seconds', 'Age of the oldest waiting mail, 0 if there is none', async () =>
    ageOf((await read()).oldest, new Date()),
  );
}

/** The security events for all receivers, of all instances together. */
export function exposeEvents({ gauge }: Metrics, figures: () => Promise<EventFigures>): void {
  const read = readSeldom(figures, mailsEveryMs);
  gauge(
    'sallyport_events_waiting',
    'Security events that receivers have still to take',
    async () => (await read()).waiting,
  );
  gauge(
    'sallyport_events_parked',
    'Security events that no receiver took in 24 hours',
    async () => (await read()).parked,
  );
  gauge(
    'sallyport_events_oldest_seconds',
    'Age of the oldest waiting security event, 0 if there is none',
    async () => ageOf((await read()).oldest, new Date()),
  );
}

/** Reads at most once every `everyMs`. Earlier callers get the last result, even if it was a failure. */
export function readSeldom<Value>(read: () => Promise<Value>, everyMs: number): () => Promise<Value> {
  let last: { readonly at: number; readonly value: Promise<Value> } | null = null;
  return () => {
    const at = performance.now();
    if (!last || at - last.at >= everyMs) last = { at, value: read() };
    return last.value;
  };
}

export type AuditGauges = {
  readonly sealing: () => Promise<Sealing>;
  /** Null where this instance has no file of checkpoints to compare the database with. */
  readonly isLost: (() => boolean) | null;
};

const auditEveryMs = 1_000; // sealing runs as often

/** How far the audit is sealed, and whether the database still contains every checkpoint. */
export function exposeAudit({ gauge }: Metrics, { sealing, isLost }: AuditGauges): void {
  const read = readSeldom(sealing, auditEveryMs);
  gauge('sallyport_audit_last_seal', 'Number of the last seal', async () => (await read()).lastSeal);
  gauge(
    'sallyport_audit_oldest_unsealed_seconds',
    'Age of the oldest unsealed event, 0 if there is none',
    async () => ageOf((await read()).oldestUnsealed, new Date()),
  );
  if (isLost) {
    gauge(
      'sallyport_audit_lost',
      '1 once this instance has found that the database lacks a seal of its checkpoint file',
      () => Number(isLost()),
    );
  }
}

/** Never below 0, because the clocks of two instances may differ. */
function ageOf(time: Date | null, now: Date): number {
  return time ? Math.max(0, (now.getTime() - time.getTime()) / 1000) : 0;
}

export type SmsGauges = { readonly figures: () => Promise<SmsFigures>; readonly rules: SmsRules };

const textsEveryMs = 5_000;
const counts = ['sent', 'answered', 'failed'] as const;

/**
 * The text messages of today and their budget. The label is the country, because there are only about 250 countries.
 * Prefixes would be no good labels, because clients can make up any number of them.
 */
export function exposeTexts({ gauges }: Metrics, { figures, rules }: SmsGauges): void {
  const read = readSeldom(figures, textsEveryMs);
  /** One figure for the total, with the scope `all`, and one for each country. */
  const byScope =
    (all: string, figureOf: (of: SmsFigures['total'] | SmsFigures['countries'][number]) => number) =>
    async () => {
      const { total, countries } = await read();
      return [
        { labels: { scope: all }, value: figureOf(total) },
        ...countries.map((one) => ({ labels: { scope: one.country }, value: figureOf(one) })),
      ];
    };

  gauges('sallyport_sms_texts', 'Text messages of the day by country', ['country', 'what'], async () =>
    (await read()).countries.flatMap((one) =>
      counts.map((what) => ({ labels: { country: one.country, what }, value: one[what] })),
    ),
  );
  gauges(
    'sallyport_sms_budget',
    'Text messages allowed in a day',
    ['scope'],
    byScope('day', (one) => ('country' in one ? rules.perCountryPerDay : rules.perDay)),
  );
  gauges(
    'sallyport_sms_budget_left',
    'Text messages that may still be sent today',
    ['scope'],
    byScope('day', ({ left }) => left),
  );
  gauges(
    'sallyport_sms_breaker_open',
    '1 while text messages to new numbers are paused, or limited to a few trials',
    ['scope'],
    byScope(everyCountry, ({ breaker }) => Number(breaker !== 'closed')),
  );
}
