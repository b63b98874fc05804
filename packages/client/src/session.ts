import { soon } from './answers.ts';
import type { Tokens } from './api-types.ts';
import { type Http, pause, send } from './http.ts';
import { exclusively } from './lock.ts';

/** Who is logged in, for the page. It is read from the token and not verified: let no server trust it. */
export type AuthState =
  | { readonly status: 'unknown' | 'anonymous' }
  | {
      readonly status: 'authenticated';
      readonly area: Tokens['area'];
      readonly subject: string;
      readonly sessionId: string;
      readonly roles: readonly string[];
      readonly scopes: readonly string[];
      readonly acr: string;
      readonly mfa: boolean;
      readonly expiresAt: number;
      readonly sessionEndsAt: number | undefined;
    };

type Held = {
  readonly access: string;
  readonly expiresAt: number;
  readonly refresh: string | undefined;
  readonly sessionEndsAt: number | undefined;
};
type News = { readonly tokens?: Tokens };

const margin = 10_000; // milliseconds before its end in which a token is not used any more

export type Session = ReturnType<typeof createSession>;

/** Holds the tokens in memory, and exchanges them once however many calls, tabs and workers need it. */
export function createSession(http: Http) {
  const name = `sallyport:${http.base.href}`;
  const listeners = new Set<() => void>();
  let state: AuthState = { status: http.cookie ? 'unknown' : 'anonymous' };
  let held: Held | undefined;
  let version = 0;
  let flight: Promise<void> | undefined;
  let tail: Promise<unknown> = Promise.resolve();

  // In cookie mode the tabs of an origin share one session: an access token, or the end, is news for all of them.
  const channel =
    http.cookie && typeof BroadcastChannel === 'function' ? new BroadcastChannel(name) : undefined;
  (channel as { unref?: () => void } | undefined)?.unref?.(); // Node would not end otherwise
  if (channel)
    channel.onmessage = ({ data }: MessageEvent<News>) => (data.tokens ? take(data.tokens) : drop());

  function change(next: AuthState, tokens?: Held): void {
    version += 1;
    held = tokens;
    state = next;
    for (const listener of listeners) listener();
  }

  function take(tokens: Tokens): void {
    const claims = claimsOf(tokens.access_token);
    const expiresAt = soon(tokens.expires_in);
    const ends = tokens.refresh_expires_in;
    const sessionEndsAt = ends === undefined ? undefined : soon(ends);
    change(
      {
        status: 'authenticated',
        area: tokens.area,
        subject: String(claims.sub ?? ''),
        sessionId: String(claims.sid ?? ''),
        roles: (claims.roles as string[] | undefined) ?? [],
        scopes: String(claims.scope ?? '')
          .split(' ')
          .filter(Boolean),
        acr: String(claims.acr ?? ''),
        mfa: claims.mfa === true,
        expiresAt,
        sessionEndsAt,
      },
      { access: tokens.access_token, expiresAt, refresh: tokens.refresh_token, sessionEndsAt },
    );
  }

  function drop(): void {
    if (state.status !== 'anonymous') change({ status: 'anonymous' });
  }

  function accept(tokens: Tokens): void {
    take(tokens);
    const { refresh_token: _own, trusted_device: _device, ...shared } = tokens;
    channel?.postMessage({ tokens: shared } satisfies News);
  }

  function clear(): void {
    drop();
    channel?.postMessage({} satisfies News);
  }

  /** What gives or ends tokens goes one after the other: a refresh token that comes a second time ends its session. */
  function inTurn<Result>(work: (waited: boolean) => Promise<Result>): Promise<Result> {
    if (http.cookie) return exclusively(name, work);
    const turn = tail.then(() => work(false));
    tail = turn.catch(() => {});
    return turn;
  }

  function refresh(stale: string | undefined): Promise<void> {
    flight ??= inTurn(async (waited) => {
      if (waited && held?.access === stale) await pause(50); // the news of the tab before is still under way
      if (held?.access === stale) await exchange();
    }).finally(() => {
      flight = undefined;
    });
    return flight;
  }

  async function exchange(): Promise<void> {
    const before = version;
    const body = http.cookie ? undefined : { refresh_token: held?.refresh };
    const headers = http.cookie ? { 'X-Sallyport-Client': 'sallyport-client' } : {};
    const { body: answer, failure } = await send(http, 'POST /auth/refresh', { headers, body });
    if (version !== before) return; // a login or a logout came in between, and counts
    if (!failure) return accept(answer as Tokens);
    if (![400, 401].includes(failure.problem.status)) throw failure.problem;
    clear(); // no cookie, or its session has ended
  }

  return {
    accept,
    clear,
    inTurn,
    refresh,
    get state() {
      return state;
    },
    get version() {
      return version;
    },
    subscribe(listener: () => void) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    /** A token that is good for some seconds more, or none. */
    async bearer(): Promise<string | undefined> {
      const renewable = http.cookie ? held === undefined || held.sessionEndsAt !== undefined : held?.refresh;
      const missing = held ? held.expiresAt - margin < Date.now() : state.status === 'unknown';
      if (missing && renewable) await refresh(held?.access);
      return held?.access;
    },
    close() {
      channel?.close();
    },
  };
}

function claimsOf(token: string): Readonly<Record<string, unknown>> {
  try {
    const text = atob((token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/'));
    const bytes = Uint8Array.from(text, (one) => one.charCodeAt(0));
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return {};
  }
}
