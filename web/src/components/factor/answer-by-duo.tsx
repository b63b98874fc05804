import { keepForDuo } from '../../lib/duo-return.ts';
import { useTexts } from '../../texts/language.tsx';
import { Button } from '../button.tsx';
import { ProblemAlert } from '../problem.tsx';
import type { AnswerProps } from './factor-challenge.tsx';

/** Duo's own page asks. The browser comes back to /duo. */
export function AnswerByDuo({ challenge }: AnswerProps) {
  const t = useTexts('factors');
  const { redirectUrl } = challenge.shown;
  function leave(): void {
    if (!redirectUrl) return;
    keepForDuo(challenge);
    window.location.assign(redirectUrl);
  }
  return (
    <div className="stack">
      <p className="quiet">{t.instructions.duo_universal}</p>
      <ProblemAlert error={challenge.problem} />
      <Button variant="primary" autoFocus onClick={leave} aria-disabled={!redirectUrl}>
        {t.goToDuo}
      </Button>
    </div>
  );
}
