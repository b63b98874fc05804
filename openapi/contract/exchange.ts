import { formType, type Operation } from './read-document.ts';
import type { Secrets } from './secrets.ts';

/** What is sent to an operation; what is left out is not sent. */
export type Sent = {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: string;
  readonly bearer?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** As JSON, or as a form where that is wanted. */
  readonly body?: unknown;
  /** As it is, in the place of `body`. */
  readonly text?: string;
};

export type Request = {
  readonly method: string;
  /** With parameters and query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string | null;
};

export type Exchange = {
  readonly request: Request;
  /** 0 where no answer came; `text` then says why. */
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
};

export type Client = ReturnType<typeof createClient>;

type Target = Pick<Operation, 'method' | 'path'> & Partial<Pick<Operation, 'parameters' | 'form'>>;

export function requestOf({ method, path, parameters = [], form = false }: Target, sent: Sent): Request {
  const filled = path.replace(/\{(\w+)\}/g, (_, name) => sent.params?.[name] ?? '');
  const query = sent.query ?? neededQuery(parameters);
  const text =
    sent.text ?? (sent.body === undefined ? null : form ? formOf(sent.body) : JSON.stringify(sent.body));
  return {
    method,
    path: query === '' ? filled : `${filled}?${query}`,
    headers: {
      ...(text !== null && { 'content-type': form ? formType : 'application/json' }),
      ...(sent.bearer !== undefined && { authorization: `Bearer ${sent.bearer}` }),
      ...sent.headers,
    },
    text,
  };
}

/** A value that is no text goes as JSON, so that a form can hold any value. */
export function formOf(body: unknown): string {
  const fields = Object.entries(Object(body)).map(([name, value]) => [
    name,
    typeof value === 'string' ? value.toWellFormed() : JSON.stringify(value),
  ]);
  return new URLSearchParams(fields.filter(([, value]) => value !== undefined)).toString();
}

/** The parameters that an operation cannot do without, each with the first of its values. */
function neededQuery(parameters: Operation['parameters']): string {
  const needed = parameters.filter((one) => one.in === 'query' && one.required);
  return needed.map(({ name, schema }) => `${name}=${schema.enum?.[0]}`).join('&');
}

/** Speaks to one deployment. Where it asks to wait no longer than the patience lasts, it waits and asks once more. */
export function createClient(url: string, secrets: Secrets, patienceSeconds: number) {
  async function once(request: Request): Promise<Exchange> {
    const { method, path, headers, text } = request;
    try {
      const signal = AbortSignal.timeout(20_000);
      const init = {
        method,
        headers,
        signal,
        redirect: 'manual',
        ...(text !== null && { body: text }),
      } as const;
      const response = await fetch(`${url}${path}`, init);
      return { request, status: response.status, headers: response.headers, text: await response.text() };
    } catch (error) {
      const { message, cause } = error instanceof Error ? error : new Error(String(error));
      const why = cause instanceof Error ? `${message}: ${cause.message}` : message;
      return { request, status: 0, headers: new Headers(), text: why };
    }
  }

  async function send(request: Request, patience = patienceSeconds): Promise<Exchange> {
    let exchange = await once(request);
    const wait = Number(exchange.headers.get('retry-after'));
    if (exchange.status === 429 && wait > 0 && wait <= patience) {
      await new Promise((resolve) => setTimeout(resolve, wait * 1000));
      exchange = await once(request);
    }
    secrets.learnFrom(jsonOf(exchange));
    return exchange;
  }
  return { send };
}

/** Undefined where the answer is no JSON. */
export function jsonOf({ text }: Pick<Exchange, 'text'>): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
