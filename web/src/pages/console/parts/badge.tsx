import type { ReactNode } from 'react';

type Props = {
  readonly tone?: 'plain' | 'success' | 'warning' | 'danger';
  readonly children: ReactNode;
};

/** A state in one or two words. The words tell it; the colour only helps. */
export function Badge({ tone = 'plain', children }: Props) {
  return <span className={`badge badge-${tone}`}>{children}</span>;
}
