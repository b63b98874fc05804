import type { ReactNode } from 'react';
import './notice.css';

type Props = { readonly tone?: 'info' | 'success' | 'warning' | 'danger'; readonly children: ReactNode };

/** Something to know beside the page's own words. */
export function Notice({ tone = 'info', children }: Props) {
  return <div className={`notice notice-${tone}`}>{children}</div>;
}

/** What went wrong. Screen readers read it at once, also when it comes again with the same words. */
export function Alert({ tone = 'danger', children }: Props) {
  return <div role="alert">{children && <Notice tone={tone}>{children}</Notice>}</div>;
}
