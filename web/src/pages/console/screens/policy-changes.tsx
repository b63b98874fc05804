import { useTexts } from '../../../texts/language.tsx';
import { differing, type Policy, usePolicyWords } from './policy-words.ts';

type Props = {
  readonly label: string;
  readonly before: Policy;
  readonly after: Policy;
  /** What the two are called: what is and what would be, unless it says otherwise. */
  readonly names?: readonly [before: string, after: string];
  /** What to say if nothing differs. */
  readonly empty: string;
};

/** What differs between two policies, each setting in words. No table: the words of both fit on a narrow screen. */
export function PolicyChanges({ label, before, after, names, empty }: Props) {
  const t = useTexts('console-policy');
  const wordsOf = usePolicyWords();
  const [was, is] = names ?? [t.now, t.later];
  const fields = differing(before, after);
  if (fields.length === 0) return <p className="quiet">{empty}</p>;
  return (
    <ul className="plain-list changes" aria-label={label}>
      {fields.map((field) => (
        <li key={field}>
          <strong>{t.names[field]}</strong>
          <p>
            <span className="small quiet">{was}</span> {wordsOf(field, before)}
          </p>
          <p>
            <span className="small quiet">{is}</span> {wordsOf(field, after)}
          </p>
        </li>
      ))}
    </ul>
  );
}
