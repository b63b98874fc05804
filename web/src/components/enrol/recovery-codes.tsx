import { useState } from 'react';
import { settings } from '../../settings.ts';
import { useTexts } from '../../texts/language.tsx';
import { Button } from '../button.tsx';
import { CopyButton } from '../copy-button.tsx';
import { Checkbox } from '../field.tsx';
import { Heading } from '../heading.tsx';
import { Alert } from '../notice.tsx';
import './enrol.css';

/** Shows recovery codes, which the service shows only once. The person goes on after saying that they are saved. */
export function RecoveryCodes({
  codes,
  onDone,
}: {
  readonly codes: readonly string[];
  readonly onDone: () => void;
}) {
  const t = useTexts('enrol');
  const [isSaved, setSaved] = useState(false);
  const [isMissing, setMissing] = useState(false);
  const text = `${t.fileHead(settings.brand.name)}\n\n${codes.join('\n')}\n`;

  return (
    <div className="stack">
      <Heading>{t.codesTitle}</Heading>
      <p>{t.codes}</p>
      <ol className="recovery-codes">
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ol>
      <div className="row no-print">
        <Button onClick={() => window.print()}>{t.print}</Button>
        <Button onClick={() => download(t.fileName, text)}>{t.download}</Button>
        <CopyButton text={text} variant="secondary" />
      </div>
      <p className="quiet small">{t.codesWhere}</p>
      <div className="stack no-print">
        <Checkbox
          label={t.saved}
          checked={isSaved}
          onChange={(event) => {
            setSaved(event.target.checked);
            setMissing(false);
          }}
        />
        <Alert>{isMissing && <p>{t.savedMissing}</p>}</Alert>
        <Button variant="primary" onClick={() => (isSaved ? onDone() : setMissing(true))}>
          {t.finish}
        </Button>
      </div>
    </div>
  );
}

function download(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/plain' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
