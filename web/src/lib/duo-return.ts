import type { Challenge, Enrolment } from '@sallyport/client';

/** What waits for Duo's answer: a login, a step-up or an enrolment, and the page to go on with. */
type Waiting = { readonly target: Challenge | Enrolment; readonly returnTo: string };

const key = 'sallyport.duo';
let begunAt: string | undefined;

/**
 * Keeps what waits for Duo while the browser is at Duo's page: for this tab alone, and until it is read once. It names
 * a login of five minutes, or of ten, and opens nothing without Duo's answer.
 */
export function keepForDuo(target: Waiting['target']): void {
  const { pathname, search } = window.location;
  // A second prompt begins at /duo, and leads back to where the first one began.
  const returnTo = pathname === '/duo' && begunAt ? begunAt : pathname + search;
  window.sessionStorage.setItem(key, JSON.stringify({ target, returnTo } satisfies Waiting));
}

export function takeForDuo(): Waiting | null {
  const text = window.sessionStorage.getItem(key);
  window.sessionStorage.removeItem(key);
  const waiting: Waiting | null = text ? JSON.parse(text) : null;
  begunAt = waiting?.returnTo;
  return waiting;
}

/** Duo's answer, which the address bar and the history must not keep. */
export function takeDuoAnswer(): { readonly state: string; readonly duo_code: string } | null {
  const answer = new URLSearchParams(window.location.search);
  window.history.replaceState(null, '', window.location.pathname);
  const [state, code] = [answer.get('state'), answer.get('duo_code')];
  return state && code ? { state, duo_code: code } : null;
}
