import { type AnchorHTMLAttributes, type MouseEvent, startTransition, useEffect, useState } from 'react';
import { routeOf } from './routes.ts';

/*
 * The router: a library would do more than twelve pages need, and /login may load 90 KB at most.
 */
const moved = new EventTarget();

/** Shows another page of these pages. `to` is a path, which may have a query or a fragment. */
export function navigate(to: string, { replace = false }: { readonly replace?: boolean } = {}): void {
  if (replace) window.history.replaceState(null, '', to);
  else window.history.pushState(null, '', to);
  window.scrollTo(0, 0);
  moved.dispatchEvent(new Event('moved'));
}

/** The path of the page. The old page stays until the new one has been loaded. */
export function usePath(): string {
  const [path, setPath] = useState(window.location.pathname);
  useEffect(() => {
    const read = () => startTransition(() => setPath(window.location.pathname));
    window.addEventListener('popstate', read);
    moved.addEventListener('moved', read);
    return () => {
      window.removeEventListener('popstate', read);
      moved.removeEventListener('moved', read);
    };
  }, []);
  return path;
}

/** A link. One to another of these pages loads no document. */
export function Link({ href, onClick, ...rest }: AnchorHTMLAttributes<HTMLAnchorElement> & { href: string }) {
  const follow = (event: MouseEvent<HTMLAnchorElement>) => {
    onClick?.(event);
    const url = new URL(href, window.location.href);
    const isOther = url.origin !== window.location.origin || !routeOf(url.pathname);
    if (event.defaultPrevented || event.button !== 0 || isOther) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    navigate(url.pathname + url.search + url.hash);
  };
  return <a href={href} onClick={follow} {...rest} />;
}
