import { type GuardedRequest, type Refusal, refusal } from './refusal.ts';

type Question = {
  readonly base: string;
  readonly area: string;
  readonly scope: string;
  readonly mfa: boolean;
  /** Only with `mfa`. */
  readonly maxAge: number | undefined;
  readonly timeout: number;
  readonly fetch: typeof fetch;
};

/** `GET /auth/forward`: the service judges the session and X-MFA-Token, and its refusal is passed on as it is. */
export async function askForward(
  { headers, ip }: GuardedRequest,
  { base, area, scope, mfa, maxAge, timeout, fetch }: Question,
): Promise<{ readonly subject: string; readonly acr: string } | Refusal> {
  const query = new URLSearchParams({
    area,
    ...(scope && { scope }),
    ...(mfa && { mfa: 'required' }),
    ...(mfa && maxAge !== undefined && { max_age: String(maxAge) }),
  });
  const passedOn = ['authorization', 'x-mfa-token', 'user-agent'].flatMap((name) => {
    const value = headers[name];
    return value === undefined ? [] : [[name, String(value)] as [string, string]];
  });
  if (ip) passedOn.push(['x-forwarded-for', ip]);
  const init = { headers: passedOn, redirect: 'manual', signal: AbortSignal.timeout(timeout) } as const;
  try {
    const answer = await fetch(`${base}/auth/forward?${query}`, init);
    const told = (name: string) => answer.headers.get(name) ?? '';
    if (answer.status === 200) return { subject: told('x-auth-subject'), acr: told('x-auth-acr') };
    if (![400, 401, 403, 409, 429].includes(answer.status)) return refusal(503);
    const kept = ['content-type', 'www-authenticate', 'retry-after'].filter((name) => told(name) !== '');
    const fields = kept.map((name) => [name, told(name)]);
    return {
      status: answer.status,
      headers: { 'cache-control': 'no-store', ...Object.fromEntries(fields) },
      body: await answer.text(),
    };
  } catch {
    return refusal(503); // fail closed: nobody can tell
  }
}
