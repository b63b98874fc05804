import type { Operations } from './api-types.ts';
import { SallyportProblem } from './problem.ts';

export type OperationKey = keyof Operations;
export type Input = {
  readonly params?: Readonly<Record<string, unknown>>;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
};
export type CallOptions = { readonly signal?: AbortSignal | undefined };

export type Http = {
  readonly base: URL;
  readonly fetch: typeof fetch;
  /** In cookie mode the browser keeps the refresh token. */
  readonly cookie: boolean;
  readonly retries: number;
  readonly maxWait: number;
};
type Failure = {
  readonly problem: SallyportProblem;
  readonly body: Readonly<Record<string, unknown>>;
};
export type Reply = { readonly status: number; readonly body: unknown; readonly failure?: Failure };

/** Sends one operation, and again where the service says that it did nothing and when to come back. */
export async function send(
  http: Http,
  operation: OperationKey,
  input: Input & CallOptions & { readonly bearer?: string | undefined },
): Promise<Reply> {
  const [method = '', path = ''] = operation.split(' ');
  const url = address(http.base, path, input);
  for (let tries = 0; ; tries += 1) {
    const response = await http.fetch(url, init(http, method, path, input));
    const reply = await readReply(response);
    const problem = reply.failure?.problem;
    const wait = problem?.retryAfter;
    if (!problem || tries >= http.retries || wait === undefined || wait > http.maxWait) return reply;
    // Nothing was done: too many requests of one address. A 503 says so only about what reads.
    const repeatable =
      problem.status === 429 ? problem.reason === 'rate' : problem.status === 503 && method === 'GET';
    if (!repeatable) return reply;
    await pause(wait * 1000 + Math.random() * 250, input.signal);
  }
}

function init(http: Http, method: string, path: string, input: Parameters<typeof send>[2]): RequestInit {
  const headers = new Headers();
  for (const [name, value] of Object.entries(input.headers ?? {}))
    if (value !== undefined) headers.set(name, String(value));
  if (input.bearer) headers.set('authorization', `Bearer ${input.bearer}`);
  let body: RequestInit['body'] = null;
  if (input.body !== undefined) {
    const form = path.startsWith('/oauth/');
    if (!form) headers.set('content-type', 'application/json');
    body = form ? new URLSearchParams(input.body as Record<string, string>) : JSON.stringify(input.body);
  }
  return {
    method,
    headers,
    body,
    credentials: http.cookie ? 'include' : 'omit',
    redirect: 'error', // a redirect could carry the token to somebody else
    cache: 'no-store',
    referrerPolicy: 'no-referrer',
    signal: input.signal ?? null,
  };
}

function address(base: URL, path: string, { params = {}, query = {} }: Input): string {
  const filled = path.replace(/\{(\w+)\}/g, (_match, name: string) => {
    const value = String(params[name] ?? '');
    // Browsers resolve dots in a path, even encoded ones: the call would reach another route.
    if (/^\.{0,2}$/.test(value)) throw new TypeError(`${name}: not a value for a path`);
    return encodeURIComponent(value);
  });
  const pairs = Object.entries(query).filter(([, value]) => value !== undefined && value !== null);
  const search = String(new URLSearchParams(pairs.map(([name, value]) => [name, String(value)])));
  return base.href.replace(/\/$/, '') + filled + (search && `?${search}`);
}

async function readReply(response: Response): Promise<Reply> {
  const { status, ok, headers } = response;
  const text = await response.text();
  const json = /[/+]json\b/.test(headers.get('content-type') ?? '');
  let body: unknown = text === '' ? undefined : text;
  try {
    if (json && text !== '') body = JSON.parse(text);
  } catch {
    if (ok) throw new SallyportProblem(status, {}); // cut off, or from somebody in between
  }
  if (ok) return { status, body };
  const fields = typeof body === 'object' && body !== null ? { ...body } : {};
  const problem = new SallyportProblem(status, fields, secondsOf(headers.get('retry-after')));
  return { status, body, failure: { problem, body: fields } };
}

/** Retry-After is a number of seconds or a date (RFC 9110). */
function secondsOf(value: string | null): number | undefined {
  if (!value) return undefined;
  const seconds = /^\d+$/.test(value) ? Number(value) : (Date.parse(value) - Date.now()) / 1000;
  return Number.isNaN(seconds) ? undefined : Math.max(0, seconds);
}

export function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, milliseconds);
    signal?.addEventListener('abort', stop, { once: true });
  });
}
