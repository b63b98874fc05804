import { isProblem } from '@sallyport/client';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { type ReactNode, useEffect, useState } from 'react';
import { I18nProvider } from 'react-aria-components';
import { navigate } from '../router.tsx';
import { client, useAuthState } from '../session.ts';
import { useLanguage, useTexts } from '../texts/language.tsx';
import { Button } from './button.tsx';
import { ProblemAlert } from './problem.tsx';
import { StepUp } from './step-up.tsx';
import { useOwnLanguage } from './use-own-language.ts';

/** What the service said is shown again at once, and asked for anew in the background. */
const queries = new QueryClient({
  defaultOptions: {
    queries: { staleTime: 10_000, retry: (times, error) => times < 2 && !isProblem(error) },
    mutations: { retry: false },
  },
});

type Props = {
  /** The area whose tokens the page needs. Undefined: any. */
  readonly area?: 'admin';
  readonly children: ReactNode;
};

/**
 * A page of somebody who is logged in. Others are sent to /login and come back. It holds what such pages share: queries,
 * the language of React Aria, and the dialog that asks for a fresh factor.
 */
export function SignedIn({ area, children }: Props) {
  const t = useTexts('common');
  const { language } = useLanguage();
  const state = useAuthState();
  useOwnLanguage();
  const [error, setError] = useState<unknown>(null);
  const [tries, setTries] = useState(0);

  useEffect(() => {
    if (tries >= 0) client.restore().catch(setError);
  }, [tries]);

  const isRight = state.status === 'authenticated' && (!area || state.area === area);
  const isWrong = state.status === 'anonymous' || (state.status === 'authenticated' && !isRight);
  useEffect(() => {
    if (!isWrong) return;
    queries.clear();
    const { pathname, search, hash } = window.location;
    const query = new URLSearchParams({ return_to: pathname + search + hash, ...(area && { area }) });
    navigate(`/login?${query}`, { replace: true });
  }, [isWrong, area]);

  if (error && !isRight)
    return (
      <div className="stack">
        <ProblemAlert error={error} />
        <div>
          <Button
            onClick={() => {
              setError(null);
              setTries(tries + 1);
            }}
          >
            {t.tryAgain}
          </Button>
        </div>
      </div>
    );
  if (!isRight) return <p className="quiet">{t.loading}</p>;
  return (
    <I18nProvider locale={language}>
      <QueryClientProvider client={queries}>
        {children}
        <StepUp />
      </QueryClientProvider>
    </I18nProvider>
  );
}
