import { settings } from '../settings.ts';

/**
 * Where a login leads: a path of this origin, or a URL of an origin that the operator has listed. Everything else is
 * ignored, so that no link to the login page leads to a stranger's page (CWE-601). No token goes along.
 */
export function returnTarget(
  search: string,
  { origin }: { readonly origin: string } = window.location,
): string | null {
  const wanted = new URLSearchParams(search).get('return_to');
  if (!wanted) return null;
  // Browsers drop control characters and read a backslash as a slash, so `/\evil.example` would be another host.
  if ([...wanted].some((one) => one.charCodeAt(0) <= 0x20 || one === '\\')) return null;
  const url = URL.parse(wanted, origin);
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password) return null;
  if (url.origin === origin) return url.pathname + url.search + url.hash;
  return settings.returnOrigins.includes(url.origin) ? url.href : null;
}
