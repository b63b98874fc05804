import type { Operations } from './api-types.ts';
import { answered, createCalls, type Raise } from './calls.ts';
import { createFlow } from './flow.ts';
import type { CallOptions, Http } from './http.ts';
import type { CallKey, ClientOptions, DeviceStore } from './options.ts';
import { isProblem } from './problem.ts';
import { createSession } from './session.ts';

export type SallyportClient = ReturnType<typeof createClient>;

type BodyOf<Key extends CallKey> = Operations[Key]['input'] extends { body: infer Body } ? Body : never;

export function createClient(options: ClientOptions) {
  const { onStepUp } = options;
  const http: Http = {
    base: new URL(options.baseUrl, globalThis.location?.href),
    cookie: options.mode === 'cookie',
    retries: options.retries ?? 2,
    maxWait: options.maxWait ?? 10,
    fetch: withTimeout(options.fetch ?? globalThis.fetch, options.timeout ?? 30_000),
  };
  const session = createSession(http);
  let raising: Promise<unknown> | undefined;

  /** Several calls may want it at once: the user is asked once. */
  const raise: Raise = (wanted) => {
    raising ??= flow
      .stepUp()
      .then((challenge) => onStepUp?.(challenge, wanted))
      .finally(() => {
        raising = undefined;
      });
    return raising;
  };
  const calls = createCalls(http, session, onStepUp && raise, options.apis ?? []);
  const flow = createFlow(calls, options.devices ?? inMemory(), http.cookie ? 'cookie' : 'body');
  const { call } = calls;

  return {
    ...flow,
    call,
    fetch: calls.fetch,

    /** Who is logged in. `unknown` until `restore` or the first call has asked. It is replaced, never changed. */
    get state() {
      return session.state;
    },
    /** Tells each change of `state`. Gives the function that ends it. */
    subscribe: session.subscribe,
    /** After a reload in cookie mode: is there a session? */
    async restore() {
      await session.bearer();
      return session.state;
    },
    /** A live access token, for calls that `fetch` cannot make. Give it to no origin but your own APIs. */
    accessToken: () => session.bearer(),
    /** Ends the session here and at the service. */
    async logout({ signal }: CallOptions = {}): Promise<void> {
      const headers = http.cookie ? { 'X-Sallyport-Client': 'sallyport-client' } : {};
      const bearer = http.cookie ? undefined : await session.bearer().catch(() => undefined);
      session.clear();
      if (!http.cookie && !bearer) return;
      const reply = await session.inTurn(() =>
        calls.alone('POST /auth/logout', { headers, signal }, { bearer }),
      );
      const over =
        isProblem(reply.failure?.problem) && [400, 401, 404].includes(reply.failure.problem.status);
      if (!over) answered(reply);
    },
    close: session.close,

    me: (options?: CallOptions) => call('GET /auth/me', { ...options }),
    /** Exchanges a code for a proof that APIs take as X-MFA-Token. */
    prove: (code: string, options?: CallOptions) =>
      call('POST /auth/mfa/proof', { ...options, body: { mfa_token: code } }),

    factors: {
      status: (options?: CallOptions) => call('GET /auth/mfa/status', { ...options }),
      history: (
        query: Operations['GET /auth/mfa/factor-history']['input']['query'] = {},
        options?: CallOptions,
      ) => call('GET /auth/mfa/factor-history', { ...options, query }),
      change: (id: string, body: BodyOf<'PATCH /auth/mfa/factors/{id}'>, options?: CallOptions) =>
        call('PATCH /auth/mfa/factors/{id}', { ...options, params: { id }, body }),
      remove: (id: string, options?: CallOptions) =>
        call('DELETE /auth/mfa/factors/{id}', { ...options, params: { id } }),
      disable: (body: BodyOf<'POST /auth/mfa/disable'>, options?: CallOptions) =>
        call('POST /auth/mfa/disable', { ...options, body }),
    },
    recoveryCodes: {
      regenerate: (body: BodyOf<'POST /auth/mfa/recovery-codes/regenerate'>, options?: CallOptions) =>
        call('POST /auth/mfa/recovery-codes/regenerate', { ...options, body }),
    },
    sessions: {
      list: (options?: CallOptions) => call('GET /auth/sessions', { ...options }),
      end: (id: string, options?: CallOptions) =>
        call('DELETE /auth/sessions/{id}', { ...options, params: { id } }),
      /** Says that the user is there. `watchActivity` does it by itself. */
      activity: (options?: CallOptions) => call('POST /auth/sessions/activity', { ...options }),
    },
    devices: {
      list: (options?: CallOptions) => call('GET /auth/trusted-devices', { ...options }),
      forget: (id: string, options?: CallOptions) =>
        call('DELETE /auth/trusted-devices/{id}', { ...options, params: { id } }),
      forgetAll: (options?: CallOptions) => call('DELETE /auth/trusted-devices', { ...options }),
    },
    password: {
      change: (body: BodyOf<'POST /auth/password'>, options?: CallOptions) =>
        call('POST /auth/password', { ...options, body }),
      forgot: (username: string, options?: CallOptions) =>
        call('POST /auth/password/forgot', { ...options, body: { username } }),
      reset: (body: BodyOf<'POST /auth/password/reset'>, options?: CallOptions) =>
        call('POST /auth/password/reset', { ...options, body }),
    },
  };
}

function inMemory(): DeviceStore {
  const tokens = new Map<string, string>();
  return { load: (key) => tokens.get(key), save: (key, token) => tokens.set(key, token) };
}

function withTimeout(send: typeof fetch, milliseconds: number): typeof fetch {
  return (address, init) => {
    const signals = [AbortSignal.timeout(milliseconds), ...(init?.signal ? [init.signal] : [])];
    return send(address, { ...init, signal: AbortSignal.any(signals) });
  };
}
