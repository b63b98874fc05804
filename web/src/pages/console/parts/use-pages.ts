import { useInfiniteQuery } from '@tanstack/react-query';

type Page = { readonly next_cursor: string | null };

/** A list that comes in pages. `load` gets the cursor of the page, and the signal that ends a call nobody waits for. */
export function usePages<One extends Page>(
  key: readonly unknown[],
  load: (cursor: string | undefined, signal: AbortSignal) => Promise<One>,
) {
  const query = useInfiniteQuery({
    queryKey: key,
    initialPageParam: '',
    queryFn: ({ pageParam, signal }) => load(pageParam || undefined, signal),
    getNextPageParam: (last: One) => last.next_cursor ?? undefined,
  });
  return { ...query, pages: query.data?.pages };
}

export type Pages = Pick<
  ReturnType<typeof usePages<Page>>,
  'hasNextPage' | 'isFetchingNextPage' | 'fetchNextPage'
>;
