import { useState } from 'react';
import { Button } from '../../components/button.tsx';
import { CopyButton } from '../../components/copy-button.tsx';
import { Checkbox } from '../../components/field.tsx';
import { Heading } from '../../components/heading.tsx';
import { isLinkOver } from '../../components/mail-link.tsx';
import { Alert } from '../../components/notice.tsx';
import { ProblemAlert } from '../../components/problem.tsx';
import { useAction } from '../../components/use-action.ts';
import { forgetLinkToken } from '../../lib/mail-link.ts';
import { useTexts } from '../../texts/language.tsx';
import { Over } from './over.tsx';
import { keepCode, recovery } from './recovery.ts';

type Props = {
  readonly token: string;
  readonly onBegun: (code: string) => void;
  readonly onAgain: () => void;
};

/** The link of the mail. To open the page uses nothing up: only the button does. */
export function Begin({ token, onBegun, onAgain }: Props) {
  const t = useTexts('recover');
  const [code, setCode] = useState<string | null>(null);
  const { isBusy, error, run } = useAction();

  async function begin(): Promise<void> {
    const answer = await run(() => recovery.begin(token));
    if (!answer) return;
    keepCode(answer.continue_code); // a reload must not lose it
    setCode(answer.continue_code);
  }

  if (isLinkOver(error)) return <Over onAgain={onAgain} />;
  if (code !== null)
    return (
      <ContinueCode
        code={code}
        onDone={() => {
          forgetLinkToken();
          onBegun(code);
        }}
      />
    );
  return (
    <div className="stack">
      <Heading>{t.beginTitle}</Heading>
      <p>{t.beginWhat}</p>
      <p className="quiet">{t.how}</p>
      <ProblemAlert error={isBusy ? null : error} />
      <Button variant="primary" isBusy={isBusy} onClick={begin}>
        {t.begin}
      </Button>
    </div>
  );
}

function ContinueCode({ code, onDone }: { readonly code: string; readonly onDone: () => void }) {
  const t = useTexts('recover');
  const [isKept, setKept] = useState(false);
  const [isMissing, setMissing] = useState(false);
  return (
    <div className="stack">
      <Heading>{t.codeTitle}</Heading>
      <p>{t.codeWhat}</p>
      <p className="mono recover-code">{code}</p>
      <div>
        <CopyButton text={code} variant="secondary" />
      </div>
      <Checkbox label={t.codeKept} checked={isKept} onChange={({ target }) => setKept(target.checked)} />
      {isMissing && !isKept && <Alert>{t.codeMissing}</Alert>}
      <Button variant="primary" onClick={() => (isKept ? onDone() : setMissing(true))}>
        {t.next}
      </Button>
    </div>
  );
}
