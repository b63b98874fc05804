import { type Challenge, isProblem } from '@sallyport/client';
import { useState } from 'react';
import { client } from '../../session.ts';
import { useTexts } from '../../texts/language.tsx';
import { ButtonFrom } from '../countdown.tsx';
import { ProblemAlert } from '../problem.tsx';
import { useAction } from '../use-action.ts';

type Props = {
  readonly challenge: Challenge;
  readonly onAsked: (challenge: Challenge) => void;
  readonly label?: string;
};

/** Asks for another code or another push, as soon as the service allows it. */
export function SendAgain({ challenge, onAsked, label }: Props) {
  const t = useTexts('factors');
  const [isSent, setSent] = useState(false);
  const action = useAction();

  async function send(): Promise<void> {
    const asked = await action.run(() => client.resend(challenge, { factorId: challenge.factorId }));
    if (!asked) return;
    setSent(!isProblem(asked.problem));
    onAsked(asked);
  }

  return (
    <div className="stack tight">
      <div>
        <ButtonFrom
          from={challenge.resendAt}
          label={label ?? (challenge.sent ? t.sendAgain : t.sendNow)}
          labelIn={t.sendAgainIn}
          isBusy={action.isBusy}
          onClick={send}
        />
      </div>
      <p role="status" className="quiet small">
        {isSent ? t.sentAgain : ''}
      </p>
      <ProblemAlert error={action.error} />
    </div>
  );
}
