import { Button } from '../../../components/button.tsx';
import { useTexts } from '../../../texts/language.tsx';
import type { Pages } from './use-pages.ts';

/** Loads the next page of a list, if there is one. */
export function More({ list }: { readonly list: Pages }) {
  const t = useTexts('console');
  if (!list.hasNextPage) return null;
  return (
    <div>
      <Button isBusy={list.isFetchingNextPage} onClick={() => list.fetchNextPage()}>
        {t.more}
      </Button>
    </div>
  );
}
