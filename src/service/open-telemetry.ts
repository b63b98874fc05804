import type { Tracing, WithSpan } from '../platform/kernel/tracing-port.ts';
import type { Metrics } from '../platform/telemetry/metrics.ts';
import type { GaugeSources } from '../platform/telemetry/service-gauges.ts';
import type { Config } from './config/config.ts';

/** Metrics and traces. Each is null if not configured, and its libraries are then not loaded. */
export type Telemetry = {
  readonly metrics: Metrics | null;
  readonly tracing: Tracing | null;
  readonly withSpan: WithSpan;
  /** Adds the figures that the parts of the service keep to the metrics. */
  readonly expose: (parts: GaugeSources) => void;
};

export async function openTelemetry({ http, tracesTo }: Config): Promise<Telemetry> {
  const tracing =
    tracesTo === null ? null : (await import('../platform/telemetry/tracing.ts')).startTracing(tracesTo);
  const withSpan: WithSpan = tracing?.withSpan ?? ((_name, _attributes, work) => work());
  if (http.metricsPort === null) return { metrics: null, tracing, withSpan, expose: () => {} };
  const [{ createMetrics }, { exposeService }] = await Promise.all([
    import('../platform/telemetry/metrics.ts'),
    import('../platform/telemetry/service-gauges.ts'),
  ]);
  const metrics = createMetrics();
  return { metrics, tracing, withSpan, expose: (parts) => exposeService(metrics, parts) };
}
