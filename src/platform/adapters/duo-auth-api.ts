import { createHmac } from 'node:crypto';
import { isIPv4 } from 'node:net';
import { z } from 'zod';
import {
  type DuoAnswer,
  type DuoCall,
  type DuoCalls,
  DuoRefusal,
  duoUnavailable,
  nothingYet,
} from './duo-calls.ts';

export type DuoAuthOptions = {
  readonly integrationKey: string;
  readonly secretKey: string;
  readonly apiHost: string;
};

const device = z.object({
  device: z.string(),
  display_name: z.string().optional(),
  name: z.string().optional(),
  capabilities: z.array(z.string()).optional(),
});
const preauth = z.object({
  result: z.string(),
  devices: z.array(device).default([]),
  txid: z.string().optional(),
  verification_code: z.string().optional(),
});
const decision = z.object({ result: z.string(), status: z.string().default('') });
const enrolment = z.object({
  activation_url: z.url(),
  activation_barcode: z.url(),
  /** What the picture at `activation_barcode` says to Duo Mobile. */
  activation_code: z.string().startsWith('duo://').optional().catch(undefined),
});

export type DuoPreauth = z.infer<typeof preauth>;
export type DuoDecision = z.infer<typeof decision>;
export type DuoAuthApi = ReturnType<typeof duoAuthApi>;

/** Duo's Auth API, version 2. Requests are signed with HMAC-SHA-512, signature version 2. Throws 503. */
export function duoAuthApi(calls: DuoCalls, { integrationKey, secretKey, apiHost }: DuoAuthOptions) {
  async function ask(one: Pick<DuoCall, 'method' | 'path' | 'params' | 'waits'>): Promise<DuoAnswer> {
    const date = new Date().toUTCString();
    const text = canonical({ ...one, date, host: apiHost.replace(/:\d+$/, '') });
    const signature = createHmac('sha512', secretKey).update(text).digest('hex');
    const basic = Buffer.from(`${integrationKey}:${signature}`).toString('base64');
    return calls.call({ ...one, headers: { date, authorization: `Basic ${basic}` } });
  }

  /** Null for a long poll without an answer. Throws 503 if Duo's answer does not have the given shape. */
  async function resultOf<Shape extends z.ZodType>(shape: Shape, one: Parameters<typeof ask>[0]) {
    const answer = await ask(one);
    if (answer === nothingYet) return null;
    const { stat, response } = Object(answer.json);
    const read = shape.safeParse(response);
    if (answer.status === 200 && stat === 'OK' && read.success) return read.data;
    throw duoUnavailable(new DuoRefusal(answer));
  }

  const post = async <Shape extends z.ZodType>(
    path: string,
    shape: Shape,
    params: Record<string, string>,
  ) => {
    const answer = await resultOf(shape, { method: 'POST', path: `/auth/v2/${path}`, params });
    if (answer === null) throw duoUnavailable(new DuoRefusal(nothingYet));
    return answer;
  };

  return {
    /** Throws 503 unless Duo knows the application and accepts its keys. */
    async check(): Promise<void> {
      await resultOf(z.unknown(), { method: 'GET', path: '/auth/v2/check', params: {} });
    },

    /**
     * What Duo requires of a user. With a verified push Duo sends the code that the user must type into the telephone.
     */
    preauth: (username: string, from?: string): Promise<DuoPreauth> =>
      post('preauth', preauth, { username, client_supports_verified_push: '1', ...ipaddr(from) }),

    /** Asks for approval on a telephone. Gives the id of the transaction, which `decision` takes. */
    async push(username: string, to: string, txid?: string, from?: string): Promise<string> {
      const params = {
        username,
        ...ipaddr(from),
        factor: 'push',
        device: to,
        async: '1',
        ...(txid !== undefined && { txid }),
      };
      return (await post('auth', z.object({ txid: z.string().min(1) }), params)).txid;
    },

    /** The decision on a push, or null while it is pending. */
    async decision(txid: string): Promise<DuoDecision | null> {
      const call = { method: 'GET', path: '/auth/v2/auth_status', params: { txid }, waits: true } as const;
      const answer = await resultOf(decision, call);
      return answer?.result === 'waiting' ? null : answer;
    },

    passcode: (username: string, passcode: string, from?: string): Promise<DuoDecision> =>
      post('auth', decision, { username, factor: 'passcode', passcode, ...ipaddr(from) }),

    /** Creates a user at Duo. With the URLs of the answer the user activates a telephone. */
    enroll: (username: string) => post('enroll', enrolment, { username }),
  };
}

/**
 * Duo uses the user's address in its policies and its log, and shows it on the telephone. Duo accepts IPv4 addresses
 * only.
 */
function ipaddr(from: string | undefined): { readonly ipaddr?: string } {
  return from !== undefined && isIPv4(from) ? { ipaddr: from } : {};
}

/** The text to sign: five lines, with the parameters sorted and percent-encoded (RFC 3986). */
export function canonical({
  date,
  method,
  host,
  path,
  params,
}: Pick<DuoCall, 'method' | 'path' | 'params'> & { readonly date: string; readonly host: string }): string {
  const pairs = Object.entries(params).map(([name, value]) => [encoded(name), encoded(value)] as const);
  const sorted = pairs.sort(([one], [other]) => (one < other ? -1 : 1)).map((pair) => pair.join('='));
  return [date, method, host.toLowerCase(), path, sorted.join('&')].join('\n');
}

/** encodeURIComponent does not escape five characters that Duo escapes. */
function encoded(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replace(
    /[!'()*]/g,
    (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
