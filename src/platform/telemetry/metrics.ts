import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { limits } from '../../lib/problem.ts';
import type { MetricsPort } from '../kernel/metrics-port.ts';
import { createRequestTimes } from './request-times.ts';

type Read = () => number | Promise<number>;
export type Sample<Label extends string> = {
  readonly labels: Readonly<Record<Label, string>>;
  readonly value: number;
};

/** Seconds, from an answer from memory to the longest time that a client waits. */
const buckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

export type Metrics = ReturnType<typeof createMetrics>;

/**
 * The metrics for Prometheus, one set for each service. docs/observability.md lists the names. No label contains a
 * value that a client chose. Each label has a few values that are known in advance.
 */
export function createMetrics() {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry }); // process_… and nodejs_…: memory, event loop, garbage collection

  const counter = <Label extends string>(name: string, help: string, labelNames: readonly Label[] = []) =>
    new Counter({ name, help, labelNames: [...labelNames], registers });
  const histogram = <Label extends string>(name: string, help: string, labelNames: readonly Label[]) =>
    new Histogram({ name, help, labelNames: [...labelNames], buckets, registers });

  const logins = counter('sallyport_logins_total', 'Logins, by area and outcome', ['area', 'outcome']);
  const verifications = counter(
    'sallyport_verifications_total',
    'Second-factor verifications, by method and outcome',
    ['method', 'outcome'],
  );
  const locks = counter('sallyport_locks_total', 'Wrong answers that locked a second factor for a while');
  const refusals = counter('sallyport_refusals_total', 'Problem responses, by problem type', ['problem']);
  const throttled = counter('sallyport_throttled_total', '429 responses, by the limit that was exceeded', [
    'limit',
  ]);
  for (const limit of limits) throttled.inc({ limit }, 0); // so that Prometheus sees the first one as a change

  const metrics: MetricsPort = {
    login: (area, outcome) => logins.inc({ area, outcome }),
    verification: (method, outcome) => verifications.inc({ method: method ?? 'none', outcome }),
    lock: () => locks.inc(),
    refusal: (problem, limit) => {
      refusals.inc({ problem });
      if (limit) throttled.inc({ limit });
    },
  };

  const requests = createRequestTimes(buckets);
  registry.registerMetric(requests.metric);

  return {
    metrics,
    requests,
    sends: counter('sallyport_sends_total', 'Messages handed to a carrier, by channel and outcome', [
      'channel',
      'outcome',
    ]),
    duoCalls: histogram(
      'sallyport_duo_call_duration_seconds',
      'Duration of calls to Duo, without those that the circuit breaker skipped',
      ['operation', 'outcome'],
    ),
    /** A figure that is read at each scrape. It is left out if reading fails. */
    gauge(name: string, help: string, read: Read): void {
      const gauge: Gauge = new Gauge({ name, help, registers, collect: () => refill(gauge, read) });
    },
    /**
     * Figures with one name and different labels. There must be few label values. Labels that the last read did not
     * return disappear.
     */
    gauges<Label extends string>(
      name: string,
      help: string,
      labelNames: readonly Label[],
      read: () => Promise<readonly Sample<Label>[]>,
    ): void {
      const gauge: Gauge<Label> = new Gauge({
        name,
        help,
        labelNames: [...labelNames],
        registers,
        collect: async () => {
          const samples = await read().catch(() => []);
          gauge.reset();
          for (const { labels, value } of samples) gauge.set(labels, value);
        },
      });
    },
    /** A counter that another part keeps. It only grows, and its name ends in `_total`. */
    count(name: string, help: string, read: Read): void {
      const total: Counter = new Counter({
        name,
        help,
        registers,
        collect: async () => {
          const value = await read();
          total.reset();
          total.inc(value);
        },
      });
    },
    contentType: registry.contentType,
    text: () => registry.metrics(),
  };
}

async function refill(gauge: Gauge, read: Read): Promise<void> {
  try {
    gauge.set(await read());
  } catch {
    gauge.remove(); // the other figures must not fail with the database
  }
}
