import type { UseQueryResult } from '@tanstack/react-query';
import { type ReactNode, type Ref, useId } from 'react';
import { Button } from '../../components/button.tsx';
import { ProblemAlert } from '../../components/problem.tsx';
import { useTexts } from '../../texts/language.tsx';

type Props = {
  readonly title: string;
  readonly intro?: ReactNode;
  /** Takes the focus after the button that had it is gone. */
  readonly headingRef?: Ref<HTMLHeadingElement>;
  readonly children: ReactNode;
};

/** A part of the page with a heading of its own. */
export function Panel({ title, intro, headingRef, children }: Props) {
  const id = useId();
  return (
    <section className="panel stack" aria-labelledby={id}>
      <div className="stack tight">
        <h2 id={id} ref={headingRef} tabIndex={-1}>
          {title}
        </h2>
        {intro && <p className="quiet">{intro}</p>}
      </div>
      {children}
    </section>
  );
}

/** What a query gave, or why there is nothing. */
export function Loaded<Data>({
  query,
  children,
}: {
  readonly query: Pick<UseQueryResult<Data>, 'data' | 'error' | 'isFetching' | 'refetch'>;
  readonly children: (data: Data) => ReactNode;
}) {
  const t = useTexts('security');
  const common = useTexts('common');
  const { data, error, isFetching, refetch } = query;
  if (data !== undefined) return children(data);
  if (!error) return <p className="quiet">{common.loading}</p>;
  return (
    <>
      <ProblemAlert error={error} />
      <div>
        <Button isBusy={isFetching} onClick={() => refetch()}>
          {t.again}
        </Button>
      </div>
    </>
  );
}

/** What is known of a thing, in one line that breaks between its parts. */
export function Facts({ facts }: { readonly facts: readonly (string | null | undefined | false)[] }) {
  return <p className="quiet small">{facts.filter(Boolean).join(' · ')}</p>;
}

/** The text of a button. A screen reader also reads `of`, the name of the thing that the button acts on. */
export function ButtonWords({ words, of }: { readonly words: string; readonly of: string }) {
  return (
    <>
      {words} <span className="visually-hidden">{of}</span>
    </>
  );
}
