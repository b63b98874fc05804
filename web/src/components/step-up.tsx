import type { Challenge } from '@sallyport/client';
import { useEffect, useState } from 'react';
import { answerStepUps } from '../session.ts';
import { useTexts } from '../texts/language.tsx';
import { Button } from './button.tsx';
import { Dialog } from './dialog.tsx';
import { FactorChallenge } from './factor/factor-challenge.tsx';

type Asked = { readonly challenge: Challenge; readonly answer: () => void };

/**
 * Asks for a fresh factor where the page is, when a call of the client needs one. The client then sends the call again.
 * If the person closes the dialog, the call throws `mfa-token-required`.
 */
export function StepUp() {
  const t = useTexts('factors');
  const common = useTexts('common');
  const [asked, setAsked] = useState<Asked | null>(null);

  useEffect(
    () =>
      answerStepUps(
        (challenge) => new Promise<void>((resolve) => setAsked({ challenge, answer: () => resolve() })),
      ),
    [],
  );

  function close(): void {
    asked?.answer();
    setAsked(null);
  }

  return (
    <Dialog isOpen={asked !== null} label={t.stepUpTitle} onClose={close}>
      {asked && (
        <div className="stack">
          <FactorChallenge
            key={asked.challenge.tempToken}
            level={2}
            title={t.stepUpTitle}
            challenge={asked.challenge}
            onDone={close}
            onOver={close}
          />
          <Button onClick={close}>{common.cancel}</Button>
        </div>
      )}
    </Dialog>
  );
}
