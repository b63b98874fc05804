/**
 * What is wrong with the URL of a receiver, in words for an administrator; null if nothing is. `internal` are the exact
 * origins that the configuration allows. They alone may use http. The addresses behind a name are checked when the
 * service connects.
 */
export function targetFault(text: string, internal: readonly string[]): string | null {
  const url = URL.parse(text);
  if (!url || !/^https?:$/.test(url.protocol)) return 'Must be a URL: https://…';
  if (url.username !== '' || url.password !== '') return 'Must not hold a login: use authorization';
  if (url.hash !== '') return 'Must not have a fragment';
  if (internal.includes(url.origin)) return null;
  return url.protocol === 'https:' ? null : 'Must begin with https://';
}
