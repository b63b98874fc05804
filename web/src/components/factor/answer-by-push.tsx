import { useEffect, useRef, useState } from 'react';
import { useTexts } from '../../texts/language.tsx';
import { Button } from '../button.tsx';
import { ProblemAlert } from '../problem.tsx';
import { AnswerByCode } from './answer-by-code.tsx';
import type { AnswerProps } from './factor-challenge.tsx';
import { PushNumber } from './push-number.tsx';
import { SendAgain } from './send-again.tsx';
import { useVerify } from './use-verify.ts';

/** A push of Duo: shows its number, and waits for the answer. A passcode replaces it. */
export function AnswerByPush(props: AnswerProps & { readonly onOver: (error?: unknown) => void }) {
  const { challenge } = props;
  const t = useTexts('factors');
  const { push, device, verificationCode } = challenge.shown;
  const isOpen = push === true && challenge.sent;
  const [typesPasscode, setTypesPasscode] = useState(push === false);
  const { isBusy, error, waitForPush } = useVerify(props);
  const wait = useRef(waitForPush);
  wait.current = waitForPush;

  // Each push has a number or a time of its own, so a new one is waited for anew.
  const id = `${challenge.expiresAt} ${challenge.resendAt} ${verificationCode}`;
  useEffect(() => {
    if (!isOpen || typesPasscode || !id) return;
    const abort = new AbortController();
    wait.current(abort.signal);
    return () => abort.abort();
  }, [isOpen, typesPasscode, id]);

  if (typesPasscode) return <AnswerByCode {...props} />;
  return (
    <div className="stack">
      <p className="quiet">{t.instructions.duo_push(device ?? t.instructions.yourDevice)}</p>
      {isOpen && verificationCode && <PushNumber label={t.pushNumber} number={verificationCode} />}
      <p role="status" className="quiet">
        {isBusy ? t.pushWaiting : ''}
      </p>
      <ProblemAlert
        error={isBusy || (error instanceof DOMException && error.name === 'AbortError') ? null : error}
      />
      <div>
        <Button onClick={() => setTypesPasscode(true)}>{t.usePasscode}</Button>
      </div>
      {!isBusy && <SendAgain challenge={challenge} onAsked={props.onAnswer} label={t.sendPush} />}
    </div>
  );
}
