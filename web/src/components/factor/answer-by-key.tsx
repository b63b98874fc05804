import { useState } from 'react';
import { useTexts } from '../../texts/language.tsx';
import { Button } from '../button.tsx';
import { ProblemAlert } from '../problem.tsx';
import type { AnswerProps } from './factor-challenge.tsx';
import { TrustDevice } from './trust-device.tsx';
import { useVerify } from './use-verify.ts';

/** A security key or a passkey: one press, and the browser asks. */
export function AnswerByKey(props: AnswerProps & { readonly onOver: (error?: unknown) => void }) {
  const t = useTexts('factors');
  const [trusts, setTrusts] = useState(false);
  const { isBusy, error, verifyWithKey } = useVerify(props);
  const { offersTrust } = props;
  return (
    <div className="stack">
      <p className="quiet">{t.instructions.webauthn}</p>
      {offersTrust && <TrustDevice isChecked={trusts} onChange={setTrusts} />}
      <ProblemAlert error={isBusy ? null : error} />
      <Button
        variant="primary"
        isBusy={isBusy}
        autoFocus
        onClick={() => verifyWithKey({ ...(offersTrust && { rememberDevice: trusts }) })}
      >
        {t.useKey}
      </Button>
    </div>
  );
}
