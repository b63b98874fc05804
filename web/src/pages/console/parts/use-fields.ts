import { useState } from 'react';
import { useTexts } from '../../../texts/language.tsx';

type Form<Name extends string> = {
  /** The values at the start, and after `clear`. */
  readonly empty: Readonly<Record<Name, string>>;
  readonly labels: Readonly<Record<NoInfer<Name>, string>>;
  readonly needed: readonly NoInfer<Name>[];
};

/** The lines of text of a form. `check` says whether nothing is missing; from then on each missing field says so. */
export function useFields<Name extends string>({ empty, labels, needed }: Form<Name>) {
  const t = useTexts('console');
  const [fields, setFields] = useState(empty);
  const [isTried, setTried] = useState(false);
  const isMissing = (name: Name) => needed.includes(name) && fields[name].trim() === '';
  return {
    fields,
    isTried,
    check(): boolean {
      setTried(true);
      return !needed.some(isMissing);
    },
    clear(): void {
      setFields(empty);
      setTried(false);
    },
    input: (name: Name, description: string) => ({
      label: labels[name],
      description,
      value: fields[name],
      autoComplete: 'off',
      autoCapitalize: 'none',
      spellCheck: false,
      error: isTried && isMissing(name) ? t.fieldMissing : null,
      onChange: (event: { target: { value: string } }) =>
        setFields({ ...fields, [name]: event.target.value }),
    }),
  };
}
