import type { Challenge, LoggedIn, MethodOption, MustEnrol } from '@sallyport/client';
import { useEffect, useRef, useState } from 'react';
import { client } from '../../session.ts';
import { useFormat, useTexts } from '../../texts/language.tsx';
import { Button } from '../button.tsx';
import { useCountdown } from '../countdown.tsx';
import { Heading } from '../heading.tsx';
import { Notice } from '../notice.tsx';
import { useAction } from '../use-action.ts';
import { AnswerByCode } from './answer-by-code.tsx';
import { AnswerByDuo } from './answer-by-duo.tsx';
import { AnswerByKey } from './answer-by-key.tsx';
import { AnswerByPush } from './answer-by-push.tsx';
import { MethodList } from './method-list.tsx';

export type FactorAnswer = LoggedIn | MustEnrol;

export type AnswerProps = {
  readonly challenge: Challenge;
  /** The method that the person sees. A recovery code answers every challenge. */
  readonly method: string;
  /** Whether to ask if this device may be trusted. */
  readonly offersTrust: boolean;
  /** The newest state of the challenge, or what ended it. */
  readonly onAnswer: (answer: FactorAnswer | Challenge) => void;
};

type Props = {
  readonly title: string;
  /** 2: in a dialog. */
  readonly level?: 1 | 2;
  readonly challenge: Challenge;
  readonly onDone: (answer: FactorAnswer) => void;
  /** The challenge is over: it took too long, or there were too many wrong codes. `error` says why, if the service did. */
  readonly onOver: (error?: unknown) => void;
};

/** Asks for a second factor: at a login, and before a change. The person may choose another method at any time. */
export function FactorChallenge({ title, level = 1, challenge: first, onDone, onOver }: Props) {
  const t = useTexts('factors');
  const format = useFormat();
  const [challenge, setChallenge] = useState(first);
  const [method, setMethod] = useState(first.method);
  const [isChoosing, setChoosing] = useState(first.method === null);
  const choice = useAction();
  const left = useCountdown(challenge.expiresAt);
  const locked = useCountdown(challenge.lockedUntil);
  const over = useRef(onOver);
  over.current = onOver;

  useEffect(() => {
    const timer = window.setTimeout(() => over.current(), challenge.expiresAt - Date.now());
    return () => window.clearTimeout(timer);
  }, [challenge.expiresAt]);

  function take(answer: FactorAnswer | Challenge): void {
    if (answer.kind === 'challenge') setChallenge(answer);
    else onDone(answer);
  }

  async function choose(option: MethodOption): Promise<void> {
    const isAsked = option.factorId === challenge.factorId && method !== null;
    // A code that somebody has on paper is never sent, so the open challenge stays as it is.
    if (option.method !== 'recovery_code' && !isAsked) {
      const asked = await choice.run(() => client.resend(challenge, { factorId: option.factorId }));
      if (!asked) return;
      setChallenge(asked);
    }
    setMethod(option.method);
    setChoosing(false);
  }

  if (isChoosing || method === null)
    return (
      <MethodList
        level={level}
        challenge={challenge}
        error={choice.error ?? challenge.problem}
        isBusy={choice.isBusy}
        onChoose={choose}
        onBack={method === null ? null : () => setChoosing(false)}
      />
    );

  const Answer = answers[method] ?? AnswerByCode;
  return (
    <div className="stack">
      <Heading level={level}>{title}</Heading>
      {locked > 0 && challenge.lockedUntil !== undefined && (
        <Notice tone="warning">
          <p>{t.lockedUntil(format.time(challenge.lockedUntil))}</p>
        </Notice>
      )}
      <Answer
        key={`${method}-${challenge.factorId}`}
        challenge={challenge}
        method={method}
        offersTrust={challenge.trustDeviceSeconds !== undefined && method !== 'recovery_code'}
        onAnswer={take}
        onOver={onOver}
      />
      <div className="row between">
        {challenge.methods.length > 1 && (
          <Button variant="quiet" onClick={() => setChoosing(true)}>
            {t.chooseAnother}
          </Button>
        )}
        {left <= 60 && <span className="quiet small">{t.endsIn(format.clock(left))}</span>}
      </div>
    </div>
  );
}

type AnswerComponent = (
  props: AnswerProps & { readonly onOver: (error?: unknown) => void },
) => React.ReactNode;

const answers: Readonly<Record<string, AnswerComponent>> = {
  webauthn: AnswerByKey,
  duo_push: AnswerByPush,
  duo_universal: AnswerByDuo,
};
