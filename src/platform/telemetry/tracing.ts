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
 * Spans, sent in batches to an OTLP collector at `endpoint` (`http://collector:4318`). Loaded only where one is configured.
 * Nothing is registered globally: what the service does not name here is in no span, and no library adds to one by
 * itself. A collector that is away costs nothing but the spans: a batch that cannot be sent is dropped, and so is what
 * comes while 2,048 spans wait.
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

  /** Of background work nobody waits for an answer, and its queries would be nine of ten spans: they are in none. */
  const hearQuery: QueryListener = (text, milliseconds, failed) => {
    const within = current.getStore();
    if (!within) return;
    const endTime = Date.now();
    const attributes = { 'db.system.name': 'postgresql', 'db.query.text': text };
    const startTime = endTime - milliseconds;
    const span = tracer.startSpan('query', { kind: SpanKind.CLIENT, attributes, startTime }, within);
    if (failed) span.setStatus({ code: SpanStatusCode.ERROR });
    span.end(endTime);
  };

  /** What the caller says of its own trace is believed as far as W3C Trace Context goes: two ids and a flag. */
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

  return { withSpan, begin, hearQuery, close: () => provider.shutdown().catch(() => {}) };
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

/** Its name alone: a message may quote what somebody typed. */
function fail(span: Span, error: unknown): void {
  span.setStatus({ code: SpanStatusCode.ERROR });
  span.setAttribute('error.type', error instanceof Error ? error.name : 'unknown');
}
