import type { AddressInfo } from 'node:net';
import { afterEach, beforeAll } from 'vitest';
import { type ClientOptions, createClient, type SallyportClient } from '../../packages/client/src/index.ts';
import type { World } from '../support/world.ts';

type Sent = {
  readonly method: string;
  readonly url: string;
  readonly headers: Headers;
  readonly body: string;
};

/** The service of a world on a port, and clients that reach it by HTTP. Each keeps what it sent. */
export function useHttp(world: World) {
  let baseUrl = '';
  const open: SallyportClient[] = [];
  beforeAll(async () => {
    await world.app.listen({ host: '127.0.0.1', port: 0 });
    baseUrl = `http://127.0.0.1:${(world.app.server.address() as AddressInfo).port}`;
  });
  afterEach(() => {
    for (const client of open.splice(0)) client.close();
  });

  function client(options: Partial<ClientOptions> = {}, browser: typeof fetch = fetch) {
    const sent: Sent[] = [];
    const made = createClient({
      baseUrl,
      mode: 'memory',
      ...options,
      fetch: (address, init) => {
        const { method = 'GET', headers, body } = init ?? {};
        sent.push({ method, url: String(address), headers: new Headers(headers), body: String(body ?? '') });
        return browser(address, init);
      },
    });
    open.push(made);
    return Object.assign(made, {
      sent,
      count: (path: string) => sent.filter(({ url }) => url.endsWith(path)).length,
    });
  }

  return { client, url: () => baseUrl };
}
