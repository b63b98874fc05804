import type { Challenge, MethodOption } from '@sallyport/client';
import { useTexts } from '../../texts/language.tsx';
import { Button } from '../button.tsx';
import { Choices } from '../choices.tsx';
import { Heading } from '../heading.tsx';
import { ProblemAlert } from '../problem.tsx';

type Props = {
  readonly level: 1 | 2;
  readonly challenge: Challenge;
  readonly error: unknown;
  readonly isBusy: boolean;
  readonly onChoose: (option: MethodOption) => void;
  readonly onBack: (() => void) | null;
};

/** The factors that this login accepts. */
export function MethodList({ level, challenge, error, isBusy, onChoose, onBack }: Props) {
  const t = useTexts('factors');
  const common = useTexts('common');
  const nameOf = ({ method, label }: MethodOption) =>
    (t.names as Readonly<Record<string, string>>)[method] ?? label;
  const isOwn = (one: MethodOption) => !ownLabels.has(one.label) && one.label !== nameOf(one);
  return (
    <div className="stack">
      <Heading level={level}>{t.chooseTitle}</Heading>
      <ProblemAlert error={error} />
      <Choices
        isBusy={isBusy}
        choices={challenge.methods.map((option) => ({
          id: option.factorId,
          name: nameOf(option),
          detail: [isOwn(option) ? option.label : null, option.hint].filter(Boolean).join(' · '),
          onChoose: () => onChoose(option),
        }))}
      />
      {onBack && (
        <div>
          <Button variant="quiet" onClick={onBack}>
            {common.back}
          </Button>
        </div>
      )}
    </div>
  );
}

/** What the service calls a factor to which its owner gave no name. The name of the method says it better. */
const ownLabels = new Set([
  'Text message',
  'E-mail',
  'Recovery code',
  'Authenticator app',
  'Security key',
  'Duo',
]);
