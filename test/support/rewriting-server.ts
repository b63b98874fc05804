import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { App } from '../../src/platform/http/app-type.ts';

export type RewrittenAnswer = {
  /** `GET /health/live`, without the query. */
  readonly route: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
};

/** The service behind a server that rewrites some of its answers. */
export async function startRewritingServer(
  app: App,
  rewrite: (answer: RewrittenAnswer) => Partial<RewrittenAnswer>,
) {
  const server = createServer(async (request, response) => {
    const { method = 'GET', url = '/', headers } = request;
    const payload = await text(request);
    const injected = await app.inject({
      method: method as 'GET',
      url,
      headers: headers as Record<string, string>,
      ...(payload && { payload }),
    });
    const { statusCode, body, headers: injectedHeaders } = injected;
    const { 'content-length': _, connection: __, ...rest } = injectedHeaders as RewrittenAnswer['headers'];
    const answer = { route: `${method} ${url.split('?')[0]}`, status: statusCode, headers: rest, body };
    const { status, headers: changed, body: text_ } = { ...answer, ...rewrite(answer) };
    for (const [name, value] of Object.entries(changed))
      if (value !== undefined) response.setHeader(name, value);
    response.writeHead(status).end(text_);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const close = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { url: `http://127.0.0.1:${port}`, close };
}

/** The body with other members; those that are undefined are taken away. */
export function withMembers(body: string, members: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({ ...JSON.parse(body), ...members });
}
