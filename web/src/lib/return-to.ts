import { settings } from '../settings.ts';
import { safeTarget } from './safe-target.ts';

/** Where `return_to` in the query of /login leads, if it may lead there. No token goes along. */
export function returnTarget(search: string): string | null {
  const wanted = new URLSearchParams(search).get('return_to');
  return wanted ? safeTarget(wanted, window.location.origin, settings.returnOrigins) : null;
}
