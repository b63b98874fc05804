import { type Operations, openOperations, type Tokens } from './api-types.ts';
import { authorized, type Demand, demand, demandOf, type StepUpDemand } from './authorized.ts';
import { type CallOptions, type Http, type Input, type OperationKey, type Reply, send } from './http.ts';
import type { CallInput, CallKey } from './options.ts';
import { isProblem } from './problem.ts';
import type { Session } from './session.ts';

export type Raise = (demand: StepUpDemand) => Promise<unknown>;

/** What a call needs beside its input. `gives`: its answer may hold tokens, which the client takes over. */
type How = { readonly bearer?: string | undefined; readonly gives?: boolean };

export type Calls = ReturnType<typeof createCalls>;

export function createCalls(http: Http, session: Session, raise: Raise | undefined, apis: readonly string[]) {
  const trusted = new Set([http.base, ...apis].map((api) => new URL(api).origin));

  /** Sends without the session: with no token, or with the one that is given. */
  async function alone(operation: OperationKey, input: Input & CallOptions, how: How = {}): Promise<Reply> {
    const run = () => send(http, operation, { ...input, bearer: how.bearer });
    if (!how.gives) return run();
    return session.inTurn(async () => {
      const reply = await run();
      const answer = reply.body as Partial<Tokens> | undefined;
      if (!reply.failure && answer?.access_token) session.accept(answer as Tokens);
      return reply;
    });
  }

  function asUser(operation: OperationKey, input: Input & CallOptions, how: How = {}): Promise<Reply> {
    return authorized(session, raise, {
      send: (bearer) => alone(operation, input, { ...how, bearer }),
      demand: wanted,
      signal: input.signal,
    });
  }

  return {
    alone,
    asUser,

    /** Any operation of the API, as openapi.json describes it. Throws SallyportProblem. */
    async call<Key extends CallKey>(
      operation: Key,
      ...[input]: CallInput<Key>
    ): Promise<Operations[Key]['answer']> {
      const fields = (input ?? {}) as Input & CallOptions;
      const ask = openOperations.includes(operation) ? alone : asUser;
      return answered(await ask(operation, fields)) as never;
    },

    /** `fetch` for the page's own APIs: with the access token, one refresh, and the step-up that RFC 9470 describes. */
    fetch(address: string | URL, init: RequestInit = {}): Promise<Response> {
      const url = new URL(address, globalThis.location?.href);
      if (!trusted.has(url.origin))
        throw new TypeError(`${url.origin} is not among apis: no token goes there`);
      return authorized(session, raise, {
        send: (bearer) => {
          const headers = new Headers(init.headers);
          if (bearer) headers.set('authorization', `Bearer ${bearer}`);
          return http.fetch(url, { ...init, headers, redirect: 'error' });
        },
        demand: ({ status, headers }) => demandOf(status, headers.get('www-authenticate')),
        signal: init.signal ?? undefined,
      });
    },
  };
}

function wanted({ failure }: Reply): Demand {
  const problem = failure?.problem;
  if (isProblem(problem, 'invalid-token')) return 'refresh';
  return isProblem(problem, 'mfa-token-required')
    ? demand(problem.body.acr_values, problem.body.max_age)
    : undefined;
}

export function answered({ body, failure }: Reply): unknown {
  if (failure) throw failure.problem;
  return body;
}
