import type { AddressInfo } from 'node:net';
import { afterEach, beforeAll, expect } from 'vitest';
import {
  type Challenge,
  type ClientOptions,
  createClient,
  type SallyportClient,
} from '../../packages/client/src/index.ts';
import type { World } from '../support/world.ts';

type Sent = {
  readonly method: string;
  readonly url: string;
  readonly headers: Headers;
  readonly body: string;
  readonly credentials: string | undefined;
};

/** Clients that keep what they sent. They are closed after each test. */
export function useClients(baseUrl: () => string) {
  const open: SallyportClient[] = [];
  afterEach(() => {
    for (const client of open.splice(0)) client.close();
  });

  return function client(options: Partial<ClientOptions> = {}, browser: typeof fetch = fetch) {
    const sent: Sent[] = [];
    const made = createClient({
      baseUrl: baseUrl(),
      mode: 'memory',
      ...options,
      fetch: (address, init) => {
        const { method = 'GET', headers, body, credentials } = init ?? {};
        const url = String(address);
        sent.push({ method, url, headers: new Headers(headers), body: String(body ?? ''), credentials });
        return browser(address, init);
      },
    });
    open.push(made);
    const count = (path: string, verb = '') =>
      sent.filter(({ url, method }) => url.endsWith(path) && method.startsWith(verb)).length;
    return Object.assign(made, { sent, count });
  };
}

/** The service of a world on a port, and clients that reach it by HTTP. */
export function useHttp(world: World) {
  let baseUrl = '';
  beforeAll(async () => {
    await world.app.listen({ host: '127.0.0.1', port: 0 });
    baseUrl = `http://127.0.0.1:${(world.app.server.address() as AddressInfo).port}`;
  });
  return { client: useClients(() => baseUrl), url: () => baseUrl };
}

const send = globalThis.fetch; // tests put others in its place

/** `fetch` of a browser, as far as its cookies go. Clients that share it are tabs of one browser. */
export function browserFetch() {
  const jar = new Map<string, string>();
  const browser: typeof fetch = async (address, init = {}) => {
    const headers = new Headers(init.headers);
    const kept = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    if (init.credentials === 'include' && kept !== '') headers.set('cookie', kept);
    const response = await send(address, { ...init, headers });
    if (init.credentials === 'include') for (const cookie of response.headers.getSetCookie()) keep(cookie);
    return response;
  };
  const keep = (cookie: string) => {
    const [pair = ''] = cookie.split(';');
    const [name = '', value = ''] = pair.split('=');
    if (value === '') jar.delete(name);
    else jar.set(name, value);
  };
  return Object.assign(browser, { jar });
}

/** A refusal of the service, before it is reached. */
export function problemAnswer(status: number, body: object, headers: Record<string, string> = {}): Response {
  const all = { 'content-type': 'application/problem+json', ...headers };
  return new Response(JSON.stringify({ status, ...body }), { status, headers: all });
}

export function challengeIn(answer: { readonly kind: string }): Challenge {
  expect(answer).toMatchObject({ kind: 'challenge' });
  return answer as Challenge;
}
