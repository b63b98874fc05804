import { useState } from 'react';

/** A value that stands in the query of the address, so that a reload and a link show the same. */
export function useSearchState(name: string): [string, (next: string) => void] {
  const [value, show] = useState(() => new URLSearchParams(window.location.search).get(name) ?? '');
  function change(next: string): void {
    show(next);
    const query = new URLSearchParams(window.location.search);
    if (next) query.set(name, next);
    else query.delete(name);
    const search = query.size > 0 ? `?${query}` : '';
    window.history.replaceState(null, '', window.location.pathname + search);
  }
  return [value, change];
}
