import type { ReactNode } from 'react';
import { Button } from '../../../components/button.tsx';
import { ProblemAlert } from '../../../components/problem.tsx';
import { useTexts } from '../../../texts/language.tsx';

type Query<Data> = {
  readonly data: Data | undefined;
  readonly error: unknown;
  readonly refetch: () => unknown;
};

/** What a query gave, or that it is under way, or in words what went wrong. */
export function Loaded<Data>({
  query,
  children,
}: {
  readonly query: Query<Data>;
  readonly children: (data: Data) => ReactNode;
}) {
  const common = useTexts('common');
  if (query.error)
    return (
      <div className="stack">
        <ProblemAlert error={query.error} />
        <div>
          <Button onClick={() => query.refetch()}>{common.tryAgain}</Button>
        </div>
      </div>
    );
  return query.data === undefined ? <p className="quiet">{common.loading}</p> : children(query.data);
}
