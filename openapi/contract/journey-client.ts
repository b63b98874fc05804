import { jsonOf, type Sent } from './exchange.ts';
import { type Inspector, inspect } from './inspector.ts';
import { codeAt } from './one-time-codes.ts';

export type Account = { readonly username: string; readonly password: string };
export type Tokens = { readonly bearer: string; readonly refreshToken: string | undefined };
export type Answer = Readonly<Record<string, unknown>>;
export type JourneyClient = ReturnType<typeof createJourneyClient>;

/** Ends the journey: a step did not end as it had to, and the report says why. */
export function stop(what: string): never {
  throw Object.assign(new Error(what), { name: 'Stopped' });
}

/** Goes as far as it can; the report says from where on it did not. */
export async function goAsFar({ report }: Inspector, what: string, go: () => Promise<void>): Promise<void> {
  try {
    await go();
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'Stopped') throw error;
    report.leaveOut(`${what} from “${error.message}” on`);
  }
}

/** An address that has sent too much may send again after a minute at most. */
export const patienceSeconds = 61;

/** Goes through the service as one of its users would, one step after the other. */
export function createJourneyClient(inspector: Inspector, { username, password }: Account) {
  const { report, secrets } = inspector;
  secrets.learn(password);

  /** One step that must end with this status. */
  async function step(what: string, id: string, sent: Sent, status = 200, type?: string): Promise<Answer> {
    const about = { kind: 'journey', what } as const;
    const expected = { status, ...(type !== undefined && { type: `/problems/${type}` }) };
    const exchange = await inspect(inspector, about, id, sent, expected, patienceSeconds);
    if (exchange.status !== status) {
      if (exchange.status === 429) {
        const faults = [
          `It cannot go on: the service asks to wait ${exchange.headers.get('retry-after')} seconds`,
        ];
        report.fail({
          operation: `${exchange.request.method} ${exchange.request.path}`,
          ...about,
          faults,
          exchange,
        });
      }
      stop(what);
    }
    return Object(jsonOf(exchange));
  }

  const logIn = (what: string, more: Record<string, unknown> = {}, status?: number, type?: string) =>
    step(what, 'logIn', { body: { username, password, ...more } }, status, type);

  const verify = (what: string, challenge: Answer, code: string, status?: number, type?: string) =>
    step(
      what,
      'verify',
      { body: { temp_token: textIn(challenge, 'temp_token'), mfa_token: code } },
      status,
      type,
    );

  const enrol = (label: string, bearer: string) =>
    step(`enrol ${label}`, 'enroll', { bearer, body: { method: 'totp', label } });

  /** The code of an authenticator app, so many steps from now. */
  function codeOf(secret: string, steps = 0): string {
    const code = codeAt(secret, steps);
    secrets.learn(code);
    return code;
  }

  /** A code that is right neither now nor soon. */
  function wrongCodeOf(secret: string): string {
    const right = [-2, -1, 0, 1, 2].map((steps) => codeOf(secret, steps));
    const wrong = Array.from({ length: 6 }, (_, at) => String(at).repeat(6)).find(
      (code) => !right.includes(code),
    );
    return wrong ?? '999999';
  }

  const { leaveOut } = report;
  return { password, step, logIn, verify, enrol, codeOf, wrongCodeOf, leaveOut };
}

export function tokensIn(answer: Answer, before?: Tokens): Tokens {
  const { refresh_token: refreshToken } = answer;
  return {
    bearer: textIn(answer, 'access_token'),
    refreshToken: typeof refreshToken === 'string' ? refreshToken : before?.refreshToken,
  };
}

/** Throws where it is missing: the judge has said so already. */
export function textIn(answer: Answer, name: string): string {
  const value = answer[name];
  if (typeof value !== 'string') stop(`no ${name}`);
  return value;
}

export function listIn(answer: Answer, name: string): readonly unknown[] {
  const value = answer[name];
  if (!Array.isArray(value)) stop(`no ${name}`);
  return value;
}
