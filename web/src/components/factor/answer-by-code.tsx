import { type FormEvent, useState } from 'react';
import { useTexts } from '../../texts/language.tsx';
import { Button } from '../button.tsx';
import { ProblemAlert } from '../problem.tsx';
import type { AnswerProps } from './factor-challenge.tsx';
import { FactorCodeField } from './factor-code-field.tsx';
import { SendAgain } from './send-again.tsx';
import { TrustDevice } from './trust-device.tsx';
import { useVerify } from './use-verify.ts';

/** Six digits of an app, of a text message or of an e-mail, or a recovery code. */
export function AnswerByCode(props: AnswerProps & { readonly onOver: (error?: unknown) => void }) {
  const { challenge, method, offersTrust } = props;
  const t = useTexts('factors');
  const [code, setCode] = useState('');
  const [missing, setMissing] = useState<string | null>(null);
  const [trusts, setTrusts] = useState(false);
  const { isBusy, error, verify } = useVerify(props);
  const isRecovery = method === 'recovery_code' || method === 'bypass_code';
  // Passcodes of Duo have other lengths, and a recovery code answers every challenge.
  const isSixDigits = ['totp', 'sms', 'email'].includes(method);
  const isSent = method === 'sms' || method === 'email';

  async function submit(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    const digits = code.replace(/[\s\p{Pd}]/gu, '');
    if (digits === '') return setMissing(t.codeMissing);
    if (isSixDigits && !/^(\p{Nd}{6}|[\p{L}\p{Nd}]{8,})$/u.test(digits)) return setMissing(t.codeShape);
    setMissing(null);
    await verify({ code, ...(offersTrust && { rememberDevice: trusts }) });
    setCode('');
  }

  return (
    <form className="stack" method="post" noValidate onSubmit={submit}>
      <p className="quiet">
        <Instruction {...props} />
      </p>
      <FactorCodeField
        label={isRecovery ? t.recoveryCode : method === 'duo_push' ? t.passcode : t.code}
        value={code}
        error={missing}
        isRecovery={isRecovery}
        onType={setCode}
      />
      {offersTrust && <TrustDevice isChecked={trusts} onChange={setTrusts} />}
      <ProblemAlert error={isBusy ? null : error} />
      <Button type="submit" variant="primary" isBusy={isBusy}>
        {t.confirm}
      </Button>
      {isSent && <SendAgain challenge={challenge} onAsked={props.onAnswer} />}
    </form>
  );
}

function Instruction({ challenge, method }: AnswerProps) {
  const { instructions: t } = useTexts('factors');
  if (method === 'recovery_code' || method === 'bypass_code') return t.recovery_code;
  if (method === 'duo_push') return t.duo_passcode;
  if (method !== 'sms' && method !== 'email') return t.totp;
  if (!challenge.sent) return t.notSent;
  const to = challenge.shown.sentTo ?? challenge.hint;
  return method === 'sms' ? t.sms(to ?? t.yourPhone) : t.email(to ?? t.yourMailbox);
}
