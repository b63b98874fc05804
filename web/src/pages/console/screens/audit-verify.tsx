import { useState } from 'react';
import { Button } from '../../../components/button.tsx';
import { Notice } from '../../../components/notice.tsx';
import { ProblemAlert } from '../../../components/problem.tsx';
import { useAction } from '../../../components/use-action.ts';
import { client } from '../../../session.ts';
import { useTexts } from '../../../texts/language.tsx';

type Result = {
  readonly holds: boolean;
  readonly events: number;
  readonly unsealed: number;
  readonly fault: string | null;
};

/** Asks the service whether the audit agrees with its seals, part by part to its end. */
export function AuditVerify() {
  const t = useTexts('console-audit');
  const [result, setResult] = useState<Result | null>(null);
  const [sofar, setSofar] = useState(0);
  const work = useAction();
  async function verify(): Promise<void> {
    setResult(null);
    setSofar(0);
    const found = await work.run(() => verifyAll(setSofar));
    if (found) setResult(found);
  }
  return (
    <section className="panel stack">
      <h2>{t.verify}</h2>
      <p>{t.verifyHelp}</p>
      <ProblemAlert error={work.error} />
      <div role="status">
        {work.isBusy && <p className="quiet">{t.verifying(sofar)}</p>}
        {result && (
          <Notice tone={result.holds ? 'success' : 'danger'}>
            <p>{result.holds ? t.holds(result.events, result.unsealed) : t.broken}</p>
            {result.fault && <p lang="en">{result.fault}</p>}
          </Notice>
        )}
      </div>
      <div>
        <Button isBusy={work.isBusy} onClick={verify}>
          {t.verifyGo}
        </Button>
      </div>
    </section>
  );
}

async function verifyAll(onPart: (events: number) => void): Promise<Result> {
  let events = 0;
  for (let after: number | null | undefined; ; ) {
    const part = await client.call('GET /admin/audit/verify', { query: { after: after ?? undefined } });
    events += part.events;
    onPart(events);
    const isOver = !part.holds || part.next_after === null;
    if (isOver)
      return { holds: part.holds, events, unsealed: part.unsealed, fault: part.fault?.detail ?? null };
    after = part.next_after;
  }
}
