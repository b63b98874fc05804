import type { Enrolment, LoggedIn, MustEnrol, Operations } from '@sallyport/client';
import { useMemo, useState } from 'react';
import { Button } from '../../components/button.tsx';
import { ConfirmBy } from '../../components/enrol/confirm-by.ts';
import { EnrolFactor } from '../../components/enrol/enrol-factor.tsx';
import { RecoveryCodes } from '../../components/enrol/recovery-codes.tsx';
import { Heading } from '../../components/heading.tsx';
import { ProblemAlert } from '../../components/problem.tsx';
import { useAction } from '../../components/use-action.ts';
import { Link } from '../../router.tsx';
import { client } from '../../session.ts';
import { useTexts } from '../../texts/language.tsx';
import { Over } from './over.tsx';
import { isOver, keepCode, recovery } from './recovery.ts';

type Props = { readonly code: string; readonly onOver: () => void };
type Recovered = Extract<Operations['POST /auth/recovery/confirm']['answer'], { readonly success: true }>;

/** Duo confirms on its own page or by a push, which a recovery does not wait for. */
const methodsHere = ['webauthn', 'totp', 'sms', 'email'];

/** After the wait: a new factor, its recovery codes, and the way to the login. It opens no session. */
export function NewFactor({ code, onOver }: Props) {
  const t = useTexts('recover');
  const [as, setAs] = useState<MustEnrol | null>(null);
  const [done, setDone] = useState<Recovered | null>(null);
  const [isSaved, setSaved] = useState(false);
  const { isBusy, error, run } = useAction();
  const confirmBy = useMemo(() => confirmer(code, setDone), [code]);

  if (isOver(error)) return <Over onAgain={onOver} />;
  if (done && !isSaved) return <RecoveryCodes codes={done.recovery_codes} onDone={() => setSaved(true)} />;
  if (done) return <Done needsPassword={done.password_needed === true} />;
  if (as)
    return (
      <ConfirmBy.Provider value={confirmBy}>
        <EnrolFactor
          methods={as.methods.filter((method) => methodsHere.includes(method))}
          as={as}
          onDone={() => keepCode(null)}
        />
      </ConfirmBy.Provider>
    );
  return (
    <div className="stack">
      <Heading>{t.readyTitle}</Heading>
      <p>{t.readyWhat}</p>
      <ProblemAlert error={isBusy ? null : error} />
      <Button
        variant="primary"
        isBusy={isBusy}
        onClick={() => run(async () => setAs(await recovery.finish(code)))}
      >
        {t.ready}
      </Button>
    </div>
  );
}

/** Confirms by the recovery. The answer is no login, so the page keeps it and not the client. */
function confirmer(code: string, onRecovered: (answer: Recovered) => void): typeof client {
  const taken = (answer: Operations['POST /auth/recovery/confirm']['answer']) => {
    if ('success' in answer) onRecovered(answer as Recovered);
    return { kind: 'tokens' } as LoggedIn;
  };
  const verify = async (asked: Enrolment, proof: { readonly code?: string } = {}) => {
    const { factorId } = asked;
    return taken(
      await recovery.confirm(code, { factor_id: factorId, ...(proof.code && { token: proof.code }) }),
    );
  };
  const verifyWithKey = async (asked: Enrolment<'webauthn'>) =>
    taken(await recovery.confirmWithKey(code, { factorId: asked.factorId, options: asked.options }));
  return { ...client, verify, verifyWithKey, waitForPush: verify } as unknown as typeof client;
}

function Done({ needsPassword }: { readonly needsPassword: boolean }) {
  const t = useTexts('recover');
  return (
    <div className="stack">
      <Heading>{t.doneTitle}</Heading>
      <p role="status">{needsPassword ? t.doneNoPassword : t.doneWhat}</p>
      <Link href={needsPassword ? '/forgot' : '/login'}>{needsPassword ? t.toForgot : t.logIn}</Link>
    </div>
  );
}
