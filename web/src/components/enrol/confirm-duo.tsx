import { useEffect, useRef } from 'react';
import { keepForDuo } from '../../lib/duo-return.ts';
import { useTexts } from '../../texts/language.tsx';
import { Button } from '../button.tsx';
import { PushNumber } from '../factor/push-number.tsx';
import { Heading } from '../heading.tsx';
import { ProblemAlert } from '../problem.tsx';
import { CodeForm } from './code-form.tsx';
import type { StepProps } from './enrol-factor.tsx';
import { useConfirm } from './use-confirm.ts';
import './enrol.css';

/** Duo: its own page, a push to a telephone that Duo knows, or the activation of Duo Mobile. */
export function ConfirmDuo(props: StepProps<'duo_push' | 'duo_universal'>) {
  const t = useTexts('enrol');
  const { enrolment } = props;
  return (
    <>
      <Heading>{t.duoTitle}</Heading>
      {enrolment.method === 'duo_universal' ? (
        <DuoPrompt enrolment={enrolment} />
      ) : enrolment.push && !enrolment.activationUrl ? (
        <DuoPush {...props} enrolment={enrolment} />
      ) : (
        <>
          {enrolment.activationUrl && (
            <>
              <p className="quiet">{t.duoActivate}</p>
              {enrolment.qrCodePng && (
                <img className="qr" src={enrolment.qrCodePng} alt={t.duoPicture} width={220} height={220} />
              )}
              <p>
                <a href={enrolment.activationUrl} target="_blank" rel="noreferrer">
                  {t.duoActivateLink}
                </a>
              </p>
            </>
          )}
          <CodeForm enrolment={enrolment} label={t.passcode} onDone={props.onDone} />
        </>
      )}
    </>
  );
}

function DuoPrompt({ enrolment }: Pick<StepProps<'duo_universal'>, 'enrolment'>) {
  const t = useTexts('enrol');
  function leave(): void {
    keepForDuo(enrolment);
    window.location.assign(enrolment.redirectUrl);
  }
  return (
    <>
      <p className="quiet">{t.duoPrompt}</p>
      <Button variant="primary" onClick={leave}>
        {t.duoGo}
      </Button>
    </>
  );
}

function DuoPush({ enrolment, onDone, onAgain, isBusy }: StepProps<'duo_push'>) {
  const t = useTexts('enrol');
  const factors = useTexts('factors');
  const { isBusy: isWaiting, error, waitForPush } = useConfirm(enrolment, onDone);
  const wait = useRef(waitForPush);
  wait.current = waitForPush;
  const { factorId } = enrolment;
  useEffect(() => {
    if (!factorId) return;
    const abort = new AbortController();
    wait.current(abort.signal);
    return () => abort.abort();
  }, [factorId]);
  const isAborted = error instanceof DOMException && error.name === 'AbortError';
  return (
    <>
      <p className="quiet">{t.duoPush(enrolment.device ?? t.yourPhone)}</p>
      {enrolment.verificationCode && <PushNumber label={t.duoNumber} number={enrolment.verificationCode} />}
      <p role="status" className="quiet">
        {isWaiting ? factors.pushWaiting : ''}
      </p>
      <ProblemAlert error={isWaiting || isAborted ? null : error} />
      {!isWaiting && (
        <Button isBusy={isBusy} onClick={onAgain}>
          {factors.sendPush}
        </Button>
      )}
    </>
  );
}
