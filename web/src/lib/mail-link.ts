import { useSyncExternalStore } from 'react';

/*
 * The token that the link of a mail has after `#`. It leaves the address bar before anything is drawn, so that no
 * history, no screenshot and no copied address has it. It stays in the memory of this page alone: a reload loses it, and
 * the link of the mail brings it again.
 */
let token: string | null = null;

function take(): void {
  const given = new URLSearchParams(window.location.hash.slice(1)).get('token');
  if (given === null) return;
  token = given;
  window.history.replaceState(null, '', window.location.pathname);
}

take();
// Another link that is opened in the same tab changes the fragment and loads no document.
window.addEventListener('hashchange', take);

/** Null: the page was opened without a link, or loaded again. */
export function useLinkToken(): string | null {
  return useSyncExternalStore(onChange, () => token);
}

function onChange(listener: () => void): () => void {
  window.addEventListener('hashchange', listener);
  return () => window.removeEventListener('hashchange', listener);
}

/** Call it when the token is spent. */
export function forgetLinkToken(): void {
  token = null;
}
