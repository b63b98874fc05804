import { useEffect, useRef, useState } from 'react';
import { Button } from '../../components/button.tsx';
import { PushNumber } from '../../components/factor/push-number.tsx';
import { Heading } from '../../components/heading.tsx';
import { ProblemAlert } from '../../components/problem.tsx';
import { client } from '../../session.ts';
import { useTexts } from '../../texts/language.tsx';

type Props = {
  readonly number: string;
  readonly code: string;
  readonly onBack: () => void;
  readonly onPassed: () => void;
};

/** Between two questions, in milliseconds. */
const pause = 2_000;
/** How long a push can be answered, in milliseconds. */
const pushLife = 60_000;

/** Shows the number of a push, and waits for the answer on the telephone. */
export function AnswerPush({ number, code, onBack, onPassed }: Props) {
  const t = useTexts('caller');
  const [isOver, setOver] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const passed = useRef(onPassed);
  passed.current = onPassed;
  useEffect(() => {
    const abort = new AbortController();
    const timer = window.setTimeout(() => {
      abort.abort();
      setOver(true);
    }, pushLife);
    waitForPass(number, abort.signal)
      .then((hasPassed) => hasPassed && passed.current())
      .catch((thrown: unknown) => !abort.signal.aborted && setError(thrown));
    return () => {
      window.clearTimeout(timer);
      abort.abort();
    };
  }, [number]);
  return (
    <div className="stack">
      <Heading>{t.pushTitle}</Heading>
      <p className="quiet">{t.pushIntro}</p>
      <PushNumber label={t.pushNumber} number={code} />
      <p role="status" className="quiet">
        {isOver ? t.pushOver : t.pushWaiting}
      </p>
      <ProblemAlert error={error} />
      <div>
        <Button onClick={onBack}>{t.back}</Button>
      </div>
    </div>
  );
}

/** Asks until the push was approved. False if it was given up. */
async function waitForPass(number: string, signal: AbortSignal): Promise<boolean> {
  while (!signal.aborted) {
    const answer = await client.call('POST /auth/caller-checks/answer', { body: { number }, signal });
    if (answer.status === 'passed') return true;
    await new Promise((done) => window.setTimeout(done, pause));
  }
  return false;
}
