import { languages } from '../../../texts/catalogues.ts';
import { useTexts } from '../../../texts/language.tsx';
import { SelectField } from './fields.tsx';

type Props = { readonly value: string; readonly onChoose: (language: string) => void };

/** The language of the mails to a person. Empty: that of the service. */
export function LanguageField({ value, onChoose }: Props) {
  const t = useTexts('console');
  return (
    <SelectField
      label={t.languageOfMails}
      value={value}
      options={[['', t.languageOfService], ...Object.entries(languages)]}
      onChange={({ target }) => onChoose(target.value)}
    />
  );
}
