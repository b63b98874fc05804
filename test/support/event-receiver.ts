import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Received = {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
};

/** How a receiver answers: with a status, with headers and a body as well, or never. */
export type Answering =
  | number
  | 'never'
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: string };

/** A receiver of security events that this project has not written: it keeps what comes, and answers as it is told. */
export async function startReceiver(first: Answering = 202) {
  const received: Received[] = [];
  let answering: (request: Received) => Answering = () => first;
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const got = {
      path: request.url ?? '',
      headers: request.headers,
      body: Buffer.concat(chunks).toString(),
    };
    received.push(got);
    const answer = answering(got);
    if (answer === 'never') return;
    const { status, headers = {}, body = '' } = typeof answer === 'number' ? { status: answer } : answer;
    response.writeHead(status, headers).end(body);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  const origin = `http://127.0.0.1:${port}`;
  return {
    origin,
    url: `${origin}/events`,
    received,
    answer: (how: Answering | ((request: Received) => Answering)) => {
      answering = typeof how === 'function' ? how : () => how;
    },
    /** What came since the last call. */
    take: () => received.splice(0),
    close: () =>
      new Promise<void>((done) => {
        server.closeAllConnections();
        server.close(() => done());
      }),
  };
}

export type TestReceiver = Awaited<ReturnType<typeof startReceiver>>;

/** The claims of a token, unverified. */
// biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects to be there
export function claimsIn(token: string): any {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
}
