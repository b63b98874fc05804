/**
 * Where a login may lead: a path of this origin, or a URL of an origin that the operator has listed. Null for everything
 * else, so that no link to the login page leads to a stranger's page (CWE-601).
 */
export function safeTarget(wanted: string, own: string, listed: readonly string[]): string | null {
  // Browsers drop control characters and read a backslash as a slash, so `/\evil.example` would be another host.
  if ([...wanted].some((one) => one.charCodeAt(0) <= 0x20 || one === '\\')) return null;
  const url = URL.parse(wanted, own);
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password) return null;
  // Whole, because a path may begin with two slashes (`/.//evil.example`), which alone would name another host.
  return url.origin === own || listed.includes(url.origin) ? url.href : null;
}
