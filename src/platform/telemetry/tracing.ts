import { AsyncLocalStorage } from 'node:async_hooks';
import { type Context, ROOT_CONTEXT, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import type { QueryListener } from '../../../db/connect.ts';
import type { RequestSpan, Tracing } from '../kernel/tracing-port.ts';

const exportTimeoutMs = 5_000;

/**
 * Sends spans in batches to an OTLP collector at `endpoint` (`http://collector:4318`). Loaded only where an endpoint is
 * configured.
 * Nothing is registered globally, so libraries add nothing and spans contain only what the service names. While the
 * collector is away, the service loses spans and nothing else. It drops a batch that it cannot send, and new spans
 * while 2,048 are waiting.
 */
export function startTracing(endpoint: string): Tracing {
  const url = `${endpoint.replace(/\/$/, '')}/v1/traces`;
  const exporter = new OTLPTraceExporter({ url, timeoutMillis: exportTimeoutMs });
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'sallyport' }),
    spanProcessors: [new BatchSpanProcessor({ exporter, exportTimeoutMillis: exportTimeoutMs })],
  });
  const tracer = provider.getTracer('sallyport');
  const traceContext = new W3CTraceContextPropagator();
  const current = new AsyncLocalStorage<Context>();
  const parent = () => current.getStore() ?? ROOT_CONTEXT;

  const withSpan: Tracing['withSpan'] = async (name, attributes, work) => {
    const outside = attributes['peer.service'] !== undefined;
    const kind = outside ? SpanKind.CLIENT : SpanKind.INTERNAL;
    const span = tracer.startSpan(name, { kind, attributes }, parent());
    try {
      return await current.run(trace.setSpan(parent(), span), work);
    } catch (error) {
      fail(span, error);
      throw error;
    } finally {
      span.end();
    }
  };

  /** Queries of background work get no spans. They would be nine of ten spans, and no caller waits for them. */
  const onQuery: QueryListener = (text, milliseconds, failed) => {
    const within = current.getStore();
    if (!within) return;
    const endTime = Date.now();
    const attributes = { 'db.system.name': 'postgresql', 'db.query.text': text };
    const startTime = endTime - milliseconds;
    const span = tracer.startSpan('query', { kind: SpanKind.CLIENT, attributes, startTime }, within);
    if (failed) span.setStatus({ code: SpanStatusCode.ERROR });
    span.end(endTime);
  };

  /** Of the caller's trace the service accepts what W3C Trace Context defines: two ids and a flag. */
  const begin: Tracing['begin'] = (method, { traceparent }) => {
    const getter = {
      get: (_: unknown, key: string) => (key === 'traceparent' ? traceparent : undefined),
      keys: () => [],
    };
    const from = traceContext.extract(ROOT_CONTEXT, {}, getter);
    const span = tracer.startSpan(method, { kind: SpanKind.SERVER }, from);
    const within = trace.setSpan(from, span);
    return {
      run: (work) => current.run(within, work),
      end: ({ route, status }) => endRequest(span, method, route, status),
    } satisfies RequestSpan;
  };

  return { withSpan, begin, onQuery, close: () => provider.shutdown().catch(() => {}) };
}

function endRequest(span: Span, method: string, route: string | null, status: number): void {
  span.updateName(route === null ? method : `${method} ${route}`);
  span.setAttributes({
    'http.request.method': method,
    'http.response.status_code': status,
    ...(route !== null && { 'http.route': route }),
  });
  if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
  span.end();
}

/** Records only the name of the error, because its message may quote a user's input. */
function fail(span: Span, error: unknown): void {
  span.setStatus({ code: SpanStatusCode.ERROR });
  span.setAttribute('error.type', error instanceof Error ? error.name : 'unknown');
}
