import type { Operations } from '@sallyport/client';
import { useTexts } from '../../texts/language.tsx';

type Props = {
  readonly rules: Operations['GET /auth/password/rules']['answer'];
  readonly current: string;
  readonly next: string;
};

/** What a password must be, with a mark at what the typed one is already. The service alone knows the rest. */
export function PasswordRules({ rules, current, next }: Props) {
  const t = useTexts('security');
  const length = [...next.normalize('NFC')].length;
  const checked: readonly (readonly [words: string, isMet: boolean] | false)[] = [
    [t.ruleLength(rules.min_length), length >= rules.min_length],
    length > rules.max_length && [t.ruleMost(rules.max_length), false],
    rules.letters_and_digits && [t.ruleMix, /\p{L}/u.test(next) && /\p{Nd}/u.test(next)],
    [t.ruleOther, next !== '' && next !== current],
  ];
  return (
    <div className="rules">
      <p>{t.rules}</p>
      <ul className="plain-list">
        {checked
          .filter((rule) => rule !== false)
          .map(([words, isMet]) => (
            <li key={words} data-met={isMet || undefined}>
              <span className="visually-hidden">{isMet ? t.ruleMet : t.ruleOpen}</span> {words}
            </li>
          ))}
        {rules.history > 0 && <li data-unknown>{t.ruleHistory(rules.history)}</li>}
        <li data-unknown>{t.ruleCommon}</li>
      </ul>
    </div>
  );
}
