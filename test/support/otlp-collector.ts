import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export type Span = {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly name: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly failed: boolean;
};

/** A collector of traces on a free port of this machine: OTLP over HTTP, in JSON. `bytes` is all that it was sent. */
export async function startOtlpCollector() {
  const spans: Span[] = [];
  let bytes = '';
  const server = createServer(async (request, response) => {
    const body = await text(request);
    bytes += `${JSON.stringify(request.headers)}\n${body}\n`;
    if (request.url === '/v1/traces') spans.push(...spansIn(JSON.parse(body)));
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const close = async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  };
  return { url: `http://127.0.0.1:${port}`, spans, bytes: () => bytes, close };
}

// What came over the wire is read as OTLP has it; where it is not so, the test fails on it.
// biome-ignore lint/suspicious/noExplicitAny: JSON of somebody else
type Json = any;

function spansIn(sent: Json): Span[] {
  const scopes: Json[] = sent.resourceSpans.flatMap((one: Json) => one.scopeSpans);
  const all: Json[] = scopes.flatMap((scope) => scope.spans);
  return all.map(({ traceId, spanId, parentSpanId, name, attributes = [], status }) => ({
    traceId,
    spanId,
    parentSpanId: parentSpanId || undefined,
    name,
    failed: status?.code === 2,
    attributes: Object.fromEntries(
      attributes.map(({ key, value }: Json) => [key, value.stringValue ?? Number(value.intValue)]),
    ),
  }));
}
