import { jsonOf, type Sent } from './exchange.ts';
import { type Inspector, inspect } from './inspector.ts';
import {
  type Account,
  type Answer,
  createJourneyClient,
  goAsFar,
  patienceSeconds,
  stop,
  textIn,
  tokensIn,
} from './journey-client.ts';
import { createCodes } from './one-time-codes.ts';

export type Administrator = Account & {
  /** Base32, of the authenticator app that is enrolled. */
  readonly totpSecret: string;
};
export type AdminSession = ReturnType<typeof createAdminSession>;

/** Changes ask for a second factor that is at most five minutes old. */
const freshMs = 4 * 60 * 1000;

/** An administrator at work, whose second factor is always fresh. One who could not log in once is not tried again. */
export function createAdminSession(inspector: Inspector, account: Administrator) {
  const { report, secrets } = inspector;
  const { step, logIn } = createJourneyClient(inspector, account);
  const nextCode = createCodes(account.totpSecret);
  secrets.learn(account.totpSecret);
  let open: { readonly bearer: string; readonly refreshToken: string; readonly until: number } | null = null;
  let refused: string | null = null;

  async function bearer(): Promise<string> {
    if (open && Date.now() < open.until) return open.bearer;
    if (refused !== null) stop(refused);
    await close();
    refused = 'log in as an administrator';
    const since = Date.now();
    const answer = await enter(refused);
    const { bearer } = tokensIn(answer);
    const until = since + Math.min(freshMs, Number(answer.expires_in) * 800); // before it expires
    open = { bearer, refreshToken: textIn(answer, 'refresh_token'), until };
    refused = null;
    return bearer;
  }

  /** Null where the administrator could not log in, which the report says already. */
  async function bearerIfAny(): Promise<string | null> {
    if (refused === null) await goAsFar(inspector, 'the administrator', async () => void (await bearer()));
    return open?.bearer ?? null;
  }

  async function enter(what: string): Promise<Answer> {
    const challenge = await logIn(what, { area: 'admin' });
    const body = { temp_token: textIn(challenge, 'temp_token') };
    if (challenge.mfa_method !== 'totp')
      await step('ask for the app', 'challenge', { body: { ...body, method: 'totp' } });
    for (let tried = 0; tried < 3; tried += 1) {
      const code = await nextCode();
      secrets.learn(code);
      const about = { kind: 'journey', what: 'the code of an administrator' } as const;
      const sent = { body: { ...body, mfa_token: code } };
      const exchange = await inspect(inspector, about, 'verify', sent, undefined, patienceSeconds);
      const answer: Answer = Object(jsonOf(exchange));
      if (exchange.status === 200) return answer;
      if (answer.type === '/problems/mfa-token-used') continue; // by an earlier run, or by the administrator in person
      const faults = ['Expected the status 200'];
      report.fail({ operation: 'POST /auth/mfa/verify', ...about, faults, exchange });
      break;
    }
    return stop(what);
  }

  /** One step as the administrator. */
  async function act(what: string, id: string, sent: Sent = {}, status?: number, type?: string) {
    return step(what, id, { bearer: await bearer(), ...sent }, status, type);
  }

  /** By the refresh token, which outlives the access token. Nothing that was sent may have ended the session before. */
  async function close(): Promise<void> {
    if (!open) return;
    const { bearer, refreshToken, until } = open;
    open = null;
    if (Date.now() < until) await step('the session lives on', 'me', { bearer });
    await step('log out', 'revokeToken', { body: { token: refreshToken } });
  }

  return { step, act, bearer, bearerIfAny, close };
}
