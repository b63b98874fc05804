import { isProblem } from '@sallyport/client';
import { createContext, useContext } from 'react';
import { type Reasons, wordsFor } from '../lib/problem-words.ts';
import { useFormat, useTexts } from '../texts/language.tsx';
import { Alert } from './notice.tsx';

/** The words of reasons that only some pages meet. Others need not load them. */
export const MoreReasons = createContext<Reasons>({});

/** What went wrong, in the person's language. `error` is what a call threw. */
export function ProblemAlert({ error }: { readonly error: unknown }) {
  const texts = useTexts('problems');
  const format = useFormat();
  const more = useContext(MoreReasons);
  if (!error) return <Alert>{null}</Alert>;
  const isLock = isProblem(error, 'too-many-attempts');
  return <Alert tone={isLock ? 'warning' : 'danger'}>{wordsFor(error, texts, format, more)}</Alert>;
}

/** The same words for an error beside a field. */
export function useProblemWords(): (error: unknown) => string {
  const texts = useTexts('problems');
  const format = useFormat();
  const more = useContext(MoreReasons);
  return (error) => wordsFor(error, texts, format, more);
}
