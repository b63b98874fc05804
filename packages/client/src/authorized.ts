import type { Session } from './session.ts';

/** What a route asks for (RFC 9470). */
export type StepUpDemand = { readonly acrValues: readonly string[]; readonly maxAge: number | undefined };
export type Demand = 'refresh' | StepUpDemand | undefined;

/** Reads `WWW-Authenticate`, which may hold several challenges. */
export function demandOf(status: number, header: string | null): Demand {
  const value = (name: string) => new RegExp(`\\b${name}="?([^",]*)`).exec(header ?? '')?.[1];
  if (status === 401 && value('error') === 'invalid_token') return 'refresh';
  if (value('error') !== 'insufficient_user_authentication') return undefined;
  return demand(value('acr_values'), value('max_age'));
}

export function demand(acrValues = '', maxAge?: unknown): StepUpDemand {
  const age = maxAge === undefined ? undefined : Number(maxAge);
  return { acrValues: acrValues.split(' ').filter(Boolean), maxAge: age };
}

export type Attempt<Result> = {
  readonly send: (bearer: string | undefined) => Promise<Result>;
  readonly demand: (result: Result) => Demand;
  readonly signal: AbortSignal | undefined;
};

/** Sends with a live token. Refreshes at most once and steps up at most once, so no answer can make it loop. */
export async function authorized<Result>(
  session: Session,
  raise: ((demand: StepUpDemand) => Promise<unknown>) | undefined,
  { send, demand: read, signal }: Attempt<Result>,
): Promise<Result> {
  let refreshed = false;
  let raised = false;
  for (;;) {
    const bearer = await unlessAborted(session.bearer(), signal);
    const result = await send(bearer);
    const wanted = read(result);
    if (!wanted || !bearer) return result;
    if (wanted === 'refresh') {
      if (refreshed) return result;
      refreshed = true;
      await unlessAborted(session.refresh(bearer), signal);
      if (session.state.status !== 'authenticated') return result;
    } else {
      if (raised || !raise) return result;
      raised = true;
      const before = session.version;
      await unlessAborted(raise(wanted), signal);
      if (session.version === before) return result; // the user did not answer
    }
  }
}

/** Others may wait for the same work, so an abort ends the waiting and not the work. */
function unlessAborted<Result>(work: Promise<Result>, signal: AbortSignal | undefined): Promise<Result> {
  if (!signal) return work;
  return new Promise((resolve, reject) => {
    work.then(resolve, reject);
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}
