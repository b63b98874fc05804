import type { Around, Tracing } from '../platform/kernel/tracing-port.ts';
import type { Metrics } from '../platform/telemetry/metrics.ts';
import type { Watched } from '../platform/telemetry/service-gauges.ts';
import type { Config } from './config/config.ts';

/** What looks on: metrics and traces, each null where it is not configured. Nothing of them is loaded then. */
export type Watch = {
  readonly metrics: Metrics | null;
  readonly tracing: Tracing | null;
  readonly around: Around;
  /** Has the metrics show the figures that lie ready in the parts of the service. */
  readonly look: (parts: Watched) => void;
};

export async function openWatch({ http, tracesTo }: Config): Promise<Watch> {
  const tracing =
    tracesTo === null ? null : (await import('../platform/telemetry/tracing.ts')).startTracing(tracesTo);
  const around: Around = tracing?.around ?? ((_name, _attributes, work) => work());
  if (http.metricsPort === null) return { metrics: null, tracing, around, look: () => {} };
  const [{ createMetrics }, { watchService }] = await Promise.all([
    import('../platform/telemetry/metrics.ts'),
    import('../platform/telemetry/service-gauges.ts'),
  ]);
  const metrics = createMetrics();
  return { metrics, tracing, around, look: (parts) => watchService(metrics, parts) };
}
