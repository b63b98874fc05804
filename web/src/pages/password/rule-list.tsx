import { faultsOf, lengthOf, type PasswordFault, type PasswordRules } from '../../lib/password-rules.ts';
import { useTexts } from '../../texts/language.tsx';

type Props = { readonly password: string; readonly username: string; readonly rules: PasswordRules };

/** The rules, each marked as soon as the password meets it. Screen readers are told once, when it meets all of them. */
export function RuleList({ password, username, rules }: Props) {
  const t = useTexts('password');
  const faults = faultsOf(password, username, rules);
  const length = lengthOf(password);
  const isTyped = length > 0;
  const shown: readonly { readonly fault: PasswordFault; readonly words: string }[] = [
    { fault: 'too_short', words: t.atLeast(rules.min_length) },
    ...(faults.includes('too_long')
      ? [{ fault: 'too_long' as const, words: t.atMost(rules.max_length) }]
      : []),
    ...(rules.letters_and_digits ? [{ fault: 'composition' as const, words: t.lettersAndDigits }] : []),
    { fault: 'context_word', words: t.notTheName },
  ];
  return (
    <>
      <p id="password-rules">{t.rules}</p>
      <ul className="plain-list password-rules" aria-labelledby="password-rules">
        {shown.map(({ fault, words }) => {
          const isMet = isTyped && !faults.includes(fault);
          return (
            <li key={fault} data-met={isMet}>
              <Mark isMet={isMet} />
              <span>
                {words}
                {fault === 'too_short' && isTyped && !isMet && (
                  <span className="password-count"> · {t.soFar(length)}</span>
                )}
                <span className="visually-hidden">: {isMet ? t.met : t.unmet}</span>
              </span>
            </li>
          );
        })}
      </ul>
      {rules.history > 0 && <p>{t.history(rules.history)}</p>}
      <p>{t.advice}</p>
      <p role="status" className="visually-hidden">
        {isTyped && faults.length === 0 ? t.allMet : ''}
      </p>
    </>
  );
}

/** A ring, and a tick in it when the rule is met: not the colour alone. */
function Mark({ isMet }: { readonly isMet: boolean }) {
  return (
    <svg className="password-mark" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
      <circle cx="8" cy="8" r="7" />
      {isMet && <path d="m4.75 8.25 2.25 2.25 4.25-4.75" />}
    </svg>
  );
}
