import { useTexts } from '../../texts/language.tsx';
import { ButtonFrom } from '../countdown.tsx';
import { Heading } from '../heading.tsx';
import { CodeForm } from './code-form.tsx';
import type { StepProps } from './enrol-factor.tsx';

/** Asks for the code that was sent to the new number or address. */
export function ConfirmSent({ enrolment, onDone, onAgain, isBusy }: StepProps<'sms' | 'email'>) {
  const t = useTexts('enrol');
  const factors = useTexts('factors');
  return (
    <>
      <Heading>{enrolment.method === 'sms' ? t.smsTitle : t.emailTitle}</Heading>
      <p className="quiet">{t.sentTo(enrolment.hint)}</p>
      <CodeForm key={enrolment.factorId} enrolment={enrolment} label={t.code} onDone={onDone} />
      <div>
        <ButtonFrom
          from={enrolment.resendAt}
          label={factors.sendAgain}
          labelIn={factors.sendAgainIn}
          isBusy={isBusy}
          onClick={onAgain}
        />
      </div>
    </>
  );
}
