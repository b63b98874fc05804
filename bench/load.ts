import { connect, type Socket } from 'node:net';

/** What a run measured. Latencies are in milliseconds. */
export type Load = {
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  readonly answers: number;
  readonly wrong: number;
};

type Plan = {
  readonly port: number;
  readonly clients: number;
  /** The next request, or null where there is no more. */
  readonly next: () => string | null;
  /** Ends the run, where `next` never does. */
  readonly seconds?: number;
  readonly expect: number;
};

/**
 * So many clients, each sending its next request when the last was answered. Plain sockets: an HTTP client would cost
 * more than the service that it measures.
 */
export async function load({ port, clients, next, seconds, expect }: Plan): Promise<Load> {
  const latencies: number[] = [];
  let wrong = 0;
  const begin = performance.now();
  const end = seconds === undefined ? Number.POSITIVE_INFINITY : begin + seconds * 1000;

  await Promise.all(
    Array.from({ length: clients }, async () => {
      const client = await open(port);
      for (;;) {
        const request = performance.now() < end ? next() : null;
        if (request === null) break;
        const sent = performance.now();
        const status = await client.ask(request);
        latencies.push(performance.now() - sent);
        if (status !== expect) wrong += 1;
      }
      client.close();
    }),
  );

  const took = (performance.now() - begin) / 1000;
  const sorted = Float64Array.from(latencies).sort();
  const at = (part: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;
  return {
    perSecond: latencies.length / took,
    p50: at(0.5),
    p99: at(0.99),
    answers: latencies.length,
    wrong,
  };
}

async function open(port: number) {
  const socket = connect(port, '127.0.0.1').setNoDelay(true);
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  let answered: ((status: number) => void) | undefined;
  readAnswers(socket, (status) => answered?.(status));
  return {
    ask: (request: string) =>
      new Promise<number>((resolve) => {
        answered = resolve;
        socket.write(request);
      }),
    close: () => socket.destroy(),
  };
}

function readAnswers(socket: Socket, onAnswer: (status: number) => void): void {
  let pending = '';
  socket.setEncoding('latin1').on('data', (chunk: string) => {
    pending += chunk;
    const head = pending.indexOf('\r\n\r\n');
    if (head < 0 || !isWhole(pending, head)) return;
    const status = Number(pending.slice(9, 12));
    pending = '';
    onAnswer(status);
  });
}

function isWhole(answer: string, head: number): boolean {
  const [, length] = /^content-length: (\d+)/im.exec(answer) ?? [];
  if (length !== undefined) return answer.length >= head + 4 + Number(length);
  return !/^transfer-encoding: chunked/im.test(answer) || answer.endsWith('\r\n0\r\n\r\n');
}

export function get(path: string, headers: Readonly<Record<string, string>>): string {
  return `GET ${path} HTTP/1.1\r\nhost: bench\r\n${lines(headers)}\r\n`;
}

export function post(path: string, body: unknown, more: Readonly<Record<string, string>> = {}): string {
  const text = JSON.stringify(body);
  const headers = {
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(text)),
    ...more,
  };
  return `POST ${path} HTTP/1.1\r\nhost: bench\r\n${lines(headers)}\r\n${text}`;
}

function lines(headers: Readonly<Record<string, string>>): string {
  return Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('');
}
