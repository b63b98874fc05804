import { useState } from 'react';
import { Button } from '../../../components/button.tsx';
import { Heading } from '../../../components/heading.tsx';
import { ProblemAlert } from '../../../components/problem.tsx';
import { useAction } from '../../../components/use-action.ts';
import { download } from '../../../lib/download.ts';
import { fetchFile } from '../../../lib/fetch-file.ts';
import { useTexts } from '../../../texts/language.tsx';
import { Done } from '../parts/done.tsx';

/** The evidence for an auditor: one button, one archive. */
export default function EvidenceScreen() {
  const t = useTexts('console-operations');
  const [isDone, setDone] = useState(false);
  const work = useAction();
  async function save(): Promise<void> {
    setDone(false);
    const file = await work.run(() => fetchFile('/admin/evidence'));
    if (!file) return;
    download('evidence.zip', file);
    setDone(true);
  }
  return (
    <div className="stack">
      <Heading>{t.evidenceTitle}</Heading>
      <p>{t.evidenceHelp}</p>
      <ProblemAlert error={work.error} />
      <Done words={isDone ? t.evidenceDone : ''} />
      <div>
        <Button variant="primary" isBusy={work.isBusy} onClick={save}>
          {t.evidenceGo}
        </Button>
      </div>
    </div>
  );
}
