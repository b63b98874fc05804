import { useEffect, useState } from 'react';
import { Button } from '../../components/button.tsx';
import { Heading } from '../../components/heading.tsx';
import { ProblemAlert } from '../../components/problem.tsx';
import { useAction } from '../../components/use-action.ts';
import { useLinkToken } from '../../lib/mail-link.ts';
import { useFormat, useTexts } from '../../texts/language.tsx';
import { AskForLink } from './ask-for-link.tsx';
import { Begin } from './begin.tsx';
import { NewFactor } from './new-factor.tsx';
import { Over } from './over.tsx';
import { isOver, keepCode, keptCode, type Recovery, recovery } from './recovery.ts';
import { ShowProofs } from './show-proofs.tsx';

/** `/recover`: a person who lost the second factor shows two things, waits, and binds a new one. */
export default function RecoverPage() {
  const token = useLinkToken();
  const [code, setCode] = useState(keptCode);
  const [isNew, setNew] = useState(token !== null);
  const go = (next: string | null) => {
    keepCode(next);
    setNew(false);
    setCode(next);
  };
  if (token !== null && isNew)
    return <Begin key={token} token={token} onBegun={go} onAgain={() => go(null)} />;
  if (code === null) return <AskForLink onCode={go} />;
  return <Steps key={code} code={code} onAgain={() => go(null)} />;
}

type StepsProps = { readonly code: string; readonly onAgain: () => void };

function Steps({ code, onAgain }: StepsProps) {
  const t = useTexts('recover');
  const [state, setState] = useState<Recovery | null>(null);
  const { isBusy, error, run } = useAction();
  const [tries, setTries] = useState(0);

  useEffect(() => {
    if (tries >= 0) void run(async () => setState(await recovery.state(code)));
  }, [code, tries]);

  if (isOver(error)) return <Over onAgain={onAgain} />;
  if (!state)
    return (
      <div className="stack">
        <Heading>{t.title}</Heading>
        {error === null ? <p className="quiet">{t.reading}</p> : <ProblemAlert error={error} />}
        {error !== null && <Button onClick={() => setTries(tries + 1)}>{t.again}</Button>}
      </div>
    );
  if (state.state === 'ready') return <NewFactor code={code} onOver={onAgain} />;
  if (state.state === 'waiting')
    return <Wait state={state} isBusy={isBusy} onLook={() => setTries(tries + 1)} />;
  return <ShowProofs code={code} state={state} onState={setState} onOver={onAgain} />;
}

type WaitProps = { readonly state: Recovery; readonly isBusy: boolean; readonly onLook: () => void };

function Wait({ state, isBusy, onLook }: WaitProps) {
  const t = useTexts('recover');
  const format = useFormat();
  return (
    <div className="stack">
      <Heading>{t.waitTitle}</Heading>
      <p>
        {t.account} <strong>{state.username}</strong>
      </p>
      {state.ready_at && <p role="status">{t.waitWhat(format.dateTime(state.ready_at))}</p>}
      <p>{t.waitUntil(format.dateTime(state.expires_at))}</p>
      <p className="quiet small">{t.waitWhy}</p>
      <Button isBusy={isBusy} onClick={onLook}>
        {t.again}
      </Button>
    </div>
  );
}
