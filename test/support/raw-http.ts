import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import type { App } from '../../src/platform/http/app-type.ts';

/** Makes a service listen on a free port; gives functions that send bytes there, and one reads what comes back. */
export async function listenRaw(app: App) {
  await app.listen({ port: 0, host: '127.0.0.1' });
  const { port } = app.server.address() as AddressInfo; // a string only for pipes

  /** One request, line by line; with a body where there is one. The connection ends with the answer. */
  async function send(lines: readonly string[], body = '') {
    const answer = await text(await begin(lines, body));
    const [head = '', ...rest] = answer.split('\r\n\r\n');
    const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1]);
    return { status, head: head.toLowerCase(), body: rest.join('\r\n\r\n') };
  }

  /** The same, without waiting for the end. */
  async function half(lines: readonly string[], body: string): Promise<void> {
    const socket = await begin(lines, body);
    await sleep(50); // so that the headers have come
    socket.destroy();
  }

  async function begin(lines: readonly string[], body: string): Promise<Socket> {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    socket.write(`${[...lines, 'connection: close', '', ''].join('\r\n')}${body}`);
    return socket;
  }

  return Object.assign(send, { half });
}

/** A request with a JSON body; `headers` may name one twice. */
export function jsonRequest(method: string, url: string, headers: readonly string[], body?: unknown) {
  const payload = body === undefined ? '' : JSON.stringify(body);
  const length = payload
    ? ['content-type: application/json', `content-length: ${Buffer.byteLength(payload)}`]
    : [];
  return [[`${method} ${url} HTTP/1.1`, 'host: 127.0.0.1', ...headers, ...length], payload] as const;
}
