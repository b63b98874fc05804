import { readFileSync } from 'node:fs';
import { createSecureContext, getCACertificates } from 'node:tls';
import { Agent, request } from 'undici';
import { dependencyUnavailable, Problem, Unreachable } from '../../lib/problem.ts';
import { createBreaker } from './breaker.ts';
import { createHoldOff } from './hold-off.ts';

export type DuoHost = {
  /** `api-XXXXXXXX.duosecurity.com`; a port is for tests. */
  readonly apiHost: string;
  /** More certificate authorities than the system's, in PEM: for proxies and tests. */
  readonly caFile?: string | undefined;
  /** For a whole call. Opening a challenge makes two at most, and whoever waits is answered within five seconds. */
  readonly timeoutMs?: number | undefined;
};

export type DuoCall = {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** In the query of a GET, in the body of a POST. */
  readonly params: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** A long poll: that no answer comes in time means that there is none yet. */
  readonly waits?: true;
};

/** Stands around each call that is really made; `operation` is its path, one of a few. */
export type WatchDuo = <Result>(operation: string, call: () => Promise<Result>) => Promise<Result>;

const unwatched: WatchDuo = (_operation, call) => call();

/** Of a long poll that was given up. */
export const nothingYet: DuoAnswer = { status: 204, json: undefined };

/** What Duo answered, whatever it says; `json` is undefined where it was none. */
export type DuoAnswer = {
  readonly status: number;
  readonly json: unknown;
  /** What it asks to be waited, where it says 429. */
  readonly retryAfter?: number | null;
};

const longestAnswerBytes = 200_000;

/**
 * Calls Duo over HTTPS: no redirects, no answer beyond a size, the whole of it within a few seconds. Throws 503: caused by
 * Unreachable where nobody answers (network, TLS, time, 5xx). After three of these in a row it gives up at once for a
 * while, so that a Duo that hangs holds up nobody. A Duo that says 429 is left alone for a while as well, and that is no
 * outage.
 */
export function duoCalls({ apiHost, caFile, timeoutMs = 2400 }: DuoHost, watch: WatchDuo = unwatched) {
  // Made once: hundreds of authorities are read for it, which for each connection would hold up everybody.
  const secureContext = createSecureContext({ ca: authorities(caFile) });
  const connections = new Agent({ connect: { secureContext, timeout: timeoutMs }, connections: 100 });
  const breaker = createBreaker({ failures: 3, seconds: 15 });
  const holdOff = createHoldOff();

  async function call({ method, path, params, headers = {}, waits }: DuoCall): Promise<DuoAnswer> {
    const form = new URLSearchParams(params).toString();
    const query = method === 'GET' && form !== '' ? `?${form}` : '';
    const url = `https://${apiHost}${path}${query}`;
    const body = method === 'POST' ? form : null;
    const type = body === null ? {} : { 'content-type': 'application/x-www-form-urlencoded' };
    const signal = AbortSignal.timeout(timeoutMs);
    const options = {
      method,
      body,
      headers: { 'user-agent': 'Sallyport', ...type, ...headers },
      signal,
      dispatcher: connections,
    };
    try {
      const { statusCode, headers: answered, body: stream } = await request(url, options);
      const text = await readAtMost(stream, longestAnswerBytes);
      if (statusCode >= 500) throw new Unreachable(`Duo answered ${statusCode}`, { code: statusCode });
      const retryAfter = Number(answered['retry-after']) || null;
      return { status: statusCode, json: parsed(text), retryAfter };
    } catch (cause) {
      if (waits && signal.aborted) return nothingYet;
      throw cause instanceof Problem || cause instanceof Unreachable
        ? cause
        : new Unreachable('Duo', { cause });
    }
  }

  async function callInTurn(one: DuoCall): Promise<DuoAnswer> {
    if (holdOff.waitSeconds() > 0) throw tooOften({ status: 429, json: { error: 'left alone' } });
    const answer = await breaker
      .run(() => watch(one.path, () => call(one)))
      .catch((cause: unknown) => {
        throw cause instanceof Unreachable ? duoUnavailable(cause) : cause;
      });
    if (answer.status !== 429) {
      holdOff.answered();
      return answer;
    }
    holdOff.refused(answer.retryAfter ?? null);
    throw tooOften(answer);
  }

  const tooOften = (answer: DuoAnswer) =>
    duoUnavailable(new DuoRefusal(answer), Math.ceil(holdOff.waitSeconds()));

  return {
    call: callInTurn,
    /** Whether it is not asked at the moment, for it did not answer. */
    isCutOff: breaker.isOpen,
    close: () => connections.destroy(),
  };
}

export type DuoCalls = Pick<ReturnType<typeof duoCalls>, 'call'>;

/** Duo does not answer, or answers what makes no sense. The cause goes to the log, nothing of it to the client. */
export function duoUnavailable(cause: Error, retryAfterSeconds = 15): Problem {
  const detail = 'Duo cannot be reached at the moment.';
  return dependencyUnavailable({ detail, retry_after: retryAfterSeconds }, cause);
}

/** Duo answered, and not as it should. `code` is for the log: Duo's own, such as 40102, or its word for the error. */
export class DuoRefusal extends Error {
  override readonly name = 'DuoRefusal';
  readonly code: string;

  constructor({ status, json }: DuoAnswer) {
    super('Duo refused');
    const { code, message, error } = Object(json);
    this.code = [status, code, code === undefined ? error : message].filter(Boolean).join(' ').slice(0, 100);
  }
}

/** Node brings the authorities of Mozilla; those that an organisation has added to its machines count as well. */
function authorities(caFile: string | undefined): string[] {
  const more = caFile === undefined ? [] : [readFileSync(caFile, 'utf8')];
  return [...new Set([...getCACertificates('default'), ...getCACertificates('system'), ...more])];
}

async function readAtMost(stream: AsyncIterable<Buffer>, most: number): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    size += chunk.length;
    if (size > most)
      throw duoUnavailable(new DuoRefusal({ status: 200, json: { error: 'answer too long' } }));
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
