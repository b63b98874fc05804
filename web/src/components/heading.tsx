import { type ReactNode, useEffect, useRef } from 'react';
import { settings } from '../settings.ts';

type Props = {
  readonly children: ReactNode;
  /** The title of the document, where it is not the heading. */
  readonly title?: string;
  /** 2: in a dialog, whose page keeps its title. */
  readonly level?: 1 | 2;
};

let isFirst = true;

/**
 * The heading of a page or of a step. It sets the title of the document. It takes the focus, so that screen readers
 * begin here after a change; a field with `autoFocus` takes it instead. The first heading of a document does not.
 */
export function Heading({ children, title, level = 1 }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  const words = title ?? (typeof children === 'string' ? children : '');
  useEffect(() => {
    if (level === 2) return;
    document.title = words ? `${words} · ${settings.brand.name}` : settings.brand.name;
  }, [words, level]);
  useEffect(() => {
    const element = heading.current;
    const isTaken =
      element?.closest('main, [role=dialog]')?.contains(document.activeElement) &&
      document.activeElement?.matches('input, textarea, select');
    if (!isFirst && !isTaken) element?.focus();
    isFirst = false;
  }, []);
  const Level = level === 1 ? 'h1' : 'h2';
  return (
    <Level ref={heading} tabIndex={-1}>
      {children}
    </Level>
  );
}
