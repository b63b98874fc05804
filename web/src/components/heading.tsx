import { type ReactNode, useEffect, useRef } from 'react';
import { settings } from '../settings.ts';

let isFirst = true;

/**
 * The heading of a page or of a step. It sets the title of the document. It takes the focus, so that screen readers
 * begin here after a change; a field with `autoFocus` takes it instead. The first heading of a document does not.
 */
export function Heading({ children, title }: { readonly children: ReactNode; readonly title?: string }) {
  const heading = useRef<HTMLHeadingElement>(null);
  const words = title ?? (typeof children === 'string' ? children : '');
  useEffect(() => {
    document.title = words ? `${words} · ${settings.brand.name}` : settings.brand.name;
  }, [words]);
  useEffect(() => {
    const element = heading.current;
    const isTaken =
      element?.closest('main')?.contains(document.activeElement) && document.activeElement?.matches('input');
    if (!isFirst && !isTaken) element?.focus();
    isFirst = false;
  }, []);
  return (
    <h1 ref={heading} tabIndex={-1}>
      {children}
    </h1>
  );
}
