import type { Answer, Challenge, Enrolment } from './answers.ts';
import type { SallyportClient } from './client.ts';

type Target = Challenge | Enrolment;
const key = 'sallyport-duo';

/** Sends the browser to Duo's page. What it was asked stays in this tab until `returnFromDuo`. */
export function leaveForDuo(target: Target): Promise<never> {
  const { shown, redirectUrl = shown?.redirectUrl } = target as {
    shown?: Challenge['shown'];
    redirectUrl?: string;
  };
  if (!redirectUrl) throw new TypeError('Not a challenge of duo_universal');
  sessionStorage.setItem(key, JSON.stringify(target));
  location.assign(redirectUrl);
  return new Promise(() => {}); // the page ends here
}

/** On the page that Duo leads back to. Undefined: the browser does not come from Duo. */
export async function returnFromDuo(client: SallyportClient): Promise<Answer<Target> | undefined> {
  const query = new URLSearchParams(location.search);
  const stored = sessionStorage.getItem(key);
  const [state, duo_code] = [query.get('state'), query.get('duo_code')];
  if (!stored || !(state || query.has('error'))) return undefined;
  sessionStorage.removeItem(key);
  history.replaceState(null, '', location.pathname);
  const target: Target = JSON.parse(stored);
  // After an error nothing was proven: the page asks again by `resend`.
  return state && duo_code ? client.verify(target, { response: { state, duo_code } }) : target;
}
