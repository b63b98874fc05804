import { useState } from 'react';
import { TextField } from '../../../components/field.tsx';
import { useTexts } from '../../../texts/language.tsx';

/** How many people a change shuts out, typed by the person who makes it. `check` says whether it is the number. */
export function useTypedCount(count: number) {
  const [typed, type] = useState('');
  const [isWrong, setWrong] = useState(false);
  function check(): boolean {
    const isRight = count === 0 || typed.trim() === String(count);
    setWrong(!isRight);
    return isRight;
  }
  return { count, typed, type, isWrong, check };
}

/** The field of `useTypedCount`. A change that shuts out nobody has none. */
export function TypedCount({ of }: { readonly of: ReturnType<typeof useTypedCount> }) {
  const t = useTexts('console');
  if (of.count === 0) return null;
  return (
    <TextField
      label={t.typeCount(of.count)}
      error={of.isWrong ? t.countWrong : null}
      inputMode="numeric"
      autoComplete="off"
      autoFocus
      value={of.typed}
      onChange={(event) => of.type(event.target.value)}
    />
  );
}
