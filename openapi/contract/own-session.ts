import { jsonOf } from './exchange.ts';
import { type Inspector, inspect } from './inspector.ts';
import { type Account, patienceSeconds } from './journey-client.ts';

const renewAfterMs = 5 * 60 * 1000; // access tokens live for fifteen minutes

/** A session for what is not part of the journey: its bearer, or null where there is no account. */
export function createOwnSession(inspector: Inspector, account: Account | null) {
  let open: { readonly bearer: string; readonly since: number } | null = null;

  async function bearer(): Promise<string | null> {
    if (!account) return null;
    if (open && Date.now() - open.since < renewAfterMs) return open.bearer;
    await close();
    const { username, password } = account;
    const exchange = await step('log in', 'logIn', { body: { username, password } }, 200);
    const { access_token: token } = Object(jsonOf(exchange));
    open = typeof token === 'string' ? { bearer: token, since: Date.now() } : null;
    return open?.bearer ?? null;
  }

  /** Nothing that was sent may have ended it. */
  async function close(): Promise<void> {
    if (!open) return;
    await step('the session lives on', 'me', open, 200);
    await step('log out', 'logOut', open, 204);
    open = null;
  }

  const step = (what: string, id: string, sent: object, status: number) =>
    inspect(inspector, { kind: 'journey', what }, id, sent, { status }, patienceSeconds);

  return { bearer, close };
}
