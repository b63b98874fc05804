import { isProblem } from '@sallyport/client';
import { useEffect, useState } from 'react';
import { useTexts } from '../texts/language.tsx';
import { Button } from './button.tsx';
import { ProblemAlert } from './problem.tsx';

/** The link was used, has expired or never existed, or a mail program has cut off its end. */
export const isLinkOver = (error: unknown) =>
  isProblem(error, 'invalid-token') || isProblem(error, 'invalid-request');

/** What the link of a mail is for. To read it uses nothing up. `read` must stay the same function. */
export function useMailLink<Link>(token: string, read: (token: string) => Promise<Link>) {
  const [link, setLink] = useState<Link | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [tries, setTries] = useState(0);

  useEffect(() => {
    const leaving = new AbortController();
    if (tries >= 0)
      read(token).then(
        (found) => leaving.signal.aborted || setLink(found),
        (thrown) => leaving.signal.aborted || setError(thrown),
      );
    return () => leaving.abort();
  }, [token, tries, read]);

  function tryAgain(): void {
    setError(null);
    setTries(tries + 1);
  }
  return { link, error, setError, tryAgain };
}

type Props = { readonly words: string; readonly error: unknown; readonly onTryAgain: () => void };

/** That the link is being read, or that no answer came. */
export function ReadingLink({ words, error, onTryAgain }: Props) {
  const common = useTexts('common');
  return (
    <>
      {error === null && (
        <p className="quiet" role="status">
          {words}
        </p>
      )}
      <ProblemAlert error={error} />
      {error !== null && (
        <Button variant="primary" onClick={onTryAgain}>
          {common.tryAgain}
        </Button>
      )}
    </>
  );
}
