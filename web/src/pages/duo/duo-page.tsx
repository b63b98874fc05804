import { type Challenge, isProblem } from '@sallyport/client';
import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import { Button } from '../../components/button.tsx';
import { FactorChallenge } from '../../components/factor/factor-challenge.tsx';
import { Heading } from '../../components/heading.tsx';
import { ProblemAlert } from '../../components/problem.tsx';
import { takeDuoAnswer, takeForDuo } from '../../lib/duo-return.ts';
import { leaveLogin } from '../../lib/leave.ts';
import { navigate } from '../../router.tsx';
import { client } from '../../session.ts';
import { useTexts } from '../../texts/language.tsx';

const RecoveryCodes = lazy(() =>
  import('../../components/enrol/recovery-codes.tsx').then((module) => ({ default: module.RecoveryCodes })),
);

/**
 * `/duo`: where Duo sends the browser back to, with its answer in the query. The answer is sent once and kept nowhere.
 * A login that Duo has refused may go on with another method.
 */
export default function DuoPage() {
  const t = useTexts('login');
  const factors = useTexts('factors');
  const [error, setError] = useState<unknown>(null);
  const [challenge, setChallenge] = useState<Challenge | null>(null);
  const [codes, setCodes] = useState<readonly string[] | null>(null);
  const [isLost, setLost] = useState(false);
  const returnTo = useRef('/login');
  const isTaken = useRef(false);

  useEffect(() => {
    if (isTaken.current) return;
    isTaken.current = true;
    const response = takeDuoAnswer();
    const waiting = takeForDuo();
    if (!waiting) return setLost(true);
    returnTo.current = waiting.returnTo;
    const { target } = waiting;
    const offerOthers = (problem: unknown) => {
      if (target.kind !== 'challenge') return setError(problem ?? new DOMException('', 'AbortError'));
      setChallenge({ ...target, method: null, ...(isProblem(problem) && { problem }) });
    };
    if (!response) return offerOthers(null);
    client.verify(target, { response }).then((answer) => {
      if (answer.kind === 'tokens') return answer.recoveryCodes ? setCodes(answer.recoveryCodes) : goOn();
      offerOthers('problem' in answer ? answer.problem : null);
    }, setError);
  }, []);

  function goOn(): void {
    const { pathname, search } = new URL(returnTo.current, window.location.origin);
    if (pathname === '/login') leaveLogin(search);
    else navigate(returnTo.current, { replace: true });
  }

  if (codes)
    return (
      <Suspense>
        <RecoveryCodes codes={codes} onDone={goOn} />
      </Suspense>
    );
  if (challenge)
    return (
      <FactorChallenge title={t.factorTitle} challenge={challenge} onDone={goOn} onOver={setErrorAndStop} />
    );
  return (
    <div className="stack">
      <Heading>{factors.names.duo_universal}</Heading>
      {!error && !isLost && <p role="status">{t.duoReturning}</p>}
      {isLost && <p>{t.duoLost}</p>}
      <ProblemAlert error={error} />
      {(isLost || error !== null) && (
        <Button variant="primary" onClick={() => navigate(returnTo.current, { replace: true })}>
          {t.startOver}
        </Button>
      )}
    </div>
  );

  function setErrorAndStop(thrown?: unknown): void {
    setChallenge(null);
    setError(thrown ?? new DOMException('', 'TimeoutError'));
  }
}
