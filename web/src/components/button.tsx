import type { ComponentProps } from 'react';
import './button.css';

type Props = ComponentProps<'button'> & {
  /** `primary`: the one next step of a page. `danger`: it takes something away. `quiet`: it looks like a link. */
  readonly variant?: 'primary' | 'secondary' | 'danger' | 'quiet';
  /** Its work is under way. It keeps the focus and does nothing more. */
  readonly isBusy?: boolean;
};

/**
 * A native button, which needs no library for keyboards and screen readers. React Aria Components are for what HTML
 * lacks: dialogs, menus, tables, tabs.
 */
export function Button({ variant = 'secondary', isBusy = false, type = 'button', onClick, ...rest }: Props) {
  return (
    <button
      {...rest}
      type={isBusy ? 'button' : type}
      className={`button button-${variant} ${rest.className ?? ''}`}
      aria-disabled={isBusy || rest['aria-disabled'] || undefined}
      data-busy={isBusy || undefined}
      onClick={isBusy ? undefined : onClick}
    />
  );
}
