import { navigate } from '../router.tsx';
import { routeOf } from '../routes.ts';
import { returnTarget } from './return-to.ts';

export type Area = 'public' | 'admin';

/** The area that `/login?area=…` asks for. Tokens of the area `vendor` are for programs. */
export function areaOf(search: string): Area {
  return new URLSearchParams(search).get('area') === 'admin' ? 'admin' : 'public';
}

/**
 * Goes on after a login to where the person wanted to go, as the query of /login says. The login does not stay in the
 * history.
 */
export function leaveLogin(search: string = window.location.search): void {
  const home = areaOf(search) === 'admin' ? '/console' : '/security';
  const url = new URL(returnTarget(search) ?? home, window.location.origin);
  const isOurs = url.origin === window.location.origin && routeOf(url.pathname) !== null;
  if (isOurs) navigate(url.pathname + url.search + url.hash, { replace: true });
  else window.location.replace(url.href);
}
