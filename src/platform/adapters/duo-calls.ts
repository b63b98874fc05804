import { readFileSync } from 'node:fs';
import { createSecureContext, getCACertificates } from 'node:tls';
import { Agent, request } from 'undici';
import { dependencyUnavailable, Problem, Unreachable } from '../../lib/problem.ts';
import { createBreaker } from './breaker.ts';
import { createHoldOff } from './hold-off.ts';

export type DuoHost = {
  /** `api-XXXXXXXX.duosecurity.com`; tests add a port. */
  readonly apiHost: string;
  /** Certificate authorities in PEM, in addition to the system's, for proxies and tests. */
  readonly caFile?: string | undefined;
  /**
   * Milliseconds for a whole call. Opening a challenge makes two calls at most, and the client must get its answer
   * within five seconds.
   */
  readonly timeoutMs?: number | undefined;
};

export type DuoCall = {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** Sent in the query of a GET, or in the body of a POST. */
  readonly params: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Marks a long poll: if no answer comes in time, there is none yet. */
  readonly waits?: true;
};

/** Wraps each call that is sent to Duo. `operation` is the path, of a small fixed set. */
export type WatchDuo = <Result>(operation: string, call: () => Promise<Result>) => Promise<Result>;

const unwatched: WatchDuo = (_operation, call) => call();

/** The answer to a long poll that timed out. */
export const nothingYet: DuoAnswer = { status: 204, json: undefined };

/** Duo's answer, with any status. `json` is undefined where the body is not JSON. */
export type DuoAnswer = {
  readonly status: number;
  readonly json: unknown;
  /** Seconds to wait, from the Retry-After header. Callers read it after 429. */
  readonly retryAfter?: number | null;
};

const longestAnswerBytes = 200_000;

/**
 * Calls Duo over HTTPS, without redirects, with a limit on the size of an answer and on the time of a call.
 * Throws 503, with Unreachable as the cause where Duo does not answer (network, TLS, time, 5xx). After three such
 * failures in a row, calls fail at once for a while, so that a Duo that hangs does not delay users.
 * After a 429 the service also sends no calls for a while. That is not an outage.
 */
export function duoCalls({ apiHost, caFile, timeoutMs = 2400 }: DuoHost, watch: WatchDuo = unwatched) {
  // Made once, because it reads hundreds of authorities. Doing that for each connection would block the event loop.
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
    /** Whether the circuit breaker stops calls now, because Duo did not answer. */
    isCutOff: breaker.isOpen,
    close: () => connections.destroy(),
  };
}

export type DuoCalls = Pick<ReturnType<typeof duoCalls>, 'call'>;

/**
 * For a Duo that does not answer, or answers with something unexpected. The log gets the cause, the client does not.
 */
export function duoUnavailable(cause: Error, retryAfterSeconds = 15): Problem {
  const detail = 'Duo cannot be reached at the moment.';
  return dependencyUnavailable({ detail, retry_after: retryAfterSeconds }, cause);
}

/**
 * Duo answered with an error or an unexpected result. `code` is for the log: Duo's code, such as 40102, or Duo's name
 * of the error.
 */
export class DuoRefusal extends Error {
  override readonly name = 'DuoRefusal';
  readonly code: string;

  constructor({ status, json }: DuoAnswer) {
    super('Duo refused');
    const { code, message, error } = Object(json);
    this.code = [status, code, code === undefined ? error : message].filter(Boolean).join(' ').slice(0, 100);
  }
}

/** Node's own list is Mozilla's. Authorities that an organisation has added to its machines count too. */
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
