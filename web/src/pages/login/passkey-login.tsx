import { isProblem } from '@sallyport/client';
import { useEffect, useState } from 'react';
import { Button } from '../../components/button.tsx';
import { Alert } from '../../components/notice.tsx';
import { ProblemAlert } from '../../components/problem.tsx';
import { useAction } from '../../components/use-action.ts';
import type { Area } from '../../lib/leave.ts';
import { client } from '../../session.ts';
import { useTexts } from '../../texts/language.tsx';

type Props = {
  readonly area: Area;
  /** The area takes no passwords. */
  readonly isOnly: boolean;
  readonly onDone: () => void;
};

/** A challenge lives for five minutes. The one that waits in the field of the name is replaced before. */
const renewMs = 4 * 60_000;

/** A passkey in place of name and password: by a button, and in the field of the name (conditional mediation). */
export default function PasskeyLogin({ area, isOnly, onDone }: Props) {
  const t = useTexts('login');
  const { isBusy, error, setError, run } = useAction();
  const [asked, setAsked] = useState(0);
  const isKnown = 'PublicKeyCredential' in window;

  // A browser asks one question at a time: the field waits again after the button is done.
  useEffect(() => {
    if (isOnly || isBusy || !isKnown) return;
    const waiting = new AbortController();
    const timer = window.setTimeout(() => setAsked(asked + 1), renewMs);
    waitInField(area, waiting.signal).then(
      (isIn) => isIn && onDone(),
      (thrown) => {
        if (waiting.signal.aborted) return;
        // Any other failure could come again at once, and without an end.
        if (isProblem(thrown, 'challenge-invalid')) setAsked(asked + 1);
        else setError(thrown);
      },
    );
    return () => {
      window.clearTimeout(timer);
      waiting.abort();
    };
  }, [area, asked, isBusy, isOnly, isKnown, onDone, setError]);

  async function logIn(): Promise<void> {
    const answer = await run(() => client.passkey({ area }));
    if (answer) onDone();
  }

  const refusal = isProblem(error, 'invalid-credentials')
    ? t.passkeyRefused
    : isProblem(error, 'forbidden')
      ? t.noArea
      : null;
  return (
    <div className="stack">
      {isOnly ? <p className="quiet">{isKnown ? t.passkeyOnly : t.passkeyNone}</p> : null}
      {!isOnly && isKnown && <p className="quiet small">{t.passkeyOr}</p>}
      {refusal ? (
        <Alert>
          <p>{refusal}</p>
        </Alert>
      ) : (
        <ProblemAlert error={isBusy ? null : error} />
      )}
      {isKnown && (
        <Button variant={isOnly ? 'primary' : 'secondary'} isBusy={isBusy} onClick={logIn}>
          {t.passkey}
        </Button>
      )}
    </div>
  );
}

/** Whether the person has chosen a passkey in the field. False where the browser cannot offer any there. */
async function waitInField(area: Area, signal: AbortSignal): Promise<boolean> {
  const can = await PublicKeyCredential.isConditionalMediationAvailable?.();
  if (!can || signal.aborted) return false;
  await client.passkey({ area, autofill: true }, { signal });
  return true;
}
