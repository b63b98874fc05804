import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { App } from '../../src/platform/http/app-type.ts';

export type Told = {
  /** `GET /health/live`, without the query. */
  readonly route: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
};

/** The service behind a server that tells some of its answers otherwise. */
export async function standIn(app: App, tell: (told: Told) => Partial<Told>) {
  const server = createServer(async (request, response) => {
    const { method = 'GET', url = '/', headers } = request;
    const payload = await text(request);
    const answer = await app.inject({
      method: method as 'GET',
      url,
      headers: headers as Record<string, string>,
      ...(payload && { payload }),
    });
    const { statusCode, body, headers: answered } = answer;
    const { 'content-length': _, connection: __, ...rest } = answered as Told['headers'];
    const told = { route: `${method} ${url.split('?')[0]}`, status: statusCode, headers: rest, body };
    const { status, headers: changed, body: text_ } = { ...told, ...tell(told) };
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
