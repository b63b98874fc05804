import { useRef } from 'react';
import { useAction } from '../../components/use-action.ts';
import { type Say, useRefresh } from './account.ts';

/**
 * What a panel does with the account: then the page is read anew, tells what was done, and the heading takes the focus,
 * because the button that had it may be gone.
 */
export function usePanelAction(say: Say) {
  const heading = useRef<HTMLHeadingElement>(null);
  const refresh = useRefresh();
  const { isBusy, error, run } = useAction();
  const act = (work: () => Promise<unknown>, words: string) =>
    run(async () => {
      await work();
      await refresh();
      say(words);
      heading.current?.focus();
    });
  return { heading, isBusy, error, act };
}
