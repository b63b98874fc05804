import { useEffect, useState } from 'react';
import { Button } from '../../components/button.tsx';
import { RecoveryCodes } from '../../components/enrol/recovery-codes.tsx';
import { Heading } from '../../components/heading.tsx';
import { ProblemAlert } from '../../components/problem.tsx';
import { useAction } from '../../components/use-action.ts';
import { client } from '../../session.ts';
import { useTexts } from '../../texts/language.tsx';

const key = 'sallyport.passkey.later';
const laterMs = 30 * 24 * 3_600_000;

/**
 * Offers a passkey after a login by password: to people who have none, on a device that can keep one. "Later" is
 * kept for thirty days in this browser.
 */
export default function OfferPasskey({ onDone }: { readonly onDone: () => void }) {
  const t = useTexts('login');
  const [isDue, setDue] = useState(false);
  const [codes, setCodes] = useState<readonly string[] | null>(null);
  const { isBusy, error, run } = useAction();

  useEffect(() => {
    isOfferDue().then(
      (due) => (due ? setDue(true) : onDone()),
      () => onDone(),
    );
  }, [onDone]);

  async function make(): Promise<void> {
    await run(async () => {
      const enrolment = await client.enroll('webauthn', { passkey: true });
      const answer = await client.verifyWithKey(enrolment);
      if ('problem' in answer && answer.problem) throw answer.problem;
      if (answer.kind === 'tokens' && answer.recoveryCodes) setCodes(answer.recoveryCodes);
      else onDone();
    });
  }

  function later(): void {
    try {
      window.localStorage.setItem(key, String(Date.now()));
    } catch {
      // The browser forbids it: the offer comes again.
    }
    onDone();
  }

  if (codes) return <RecoveryCodes codes={codes} onDone={onDone} />;
  if (!isDue) return null;
  return (
    <div className="stack">
      <Heading>{t.passkeyOffer}</Heading>
      <p>{t.passkeyWhy}</p>
      <ProblemAlert error={isBusy ? null : error} />
      <Button variant="primary" isBusy={isBusy} onClick={make}>
        {t.passkeyMake}
      </Button>
      <Button onClick={later}>{t.later}</Button>
    </div>
  );
}

async function isOfferDue(): Promise<boolean> {
  if (!('PublicKeyCredential' in window) || wasPutOff()) return false;
  const can = await PublicKeyCredential.isUserVerifyingPlatformAuthenticatorAvailable();
  if (!can) return false;
  const { factors, policy } = await client.factors.status();
  return policy.passkey_login && !factors.some(({ passkey }) => passkey);
}

function wasPutOff(): boolean {
  try {
    return Date.now() - Number(window.localStorage.getItem(key)) < laterMs;
  } catch {
    return false;
  }
}
