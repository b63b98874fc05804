import type { Enrolment, LoggedIn } from '@sallyport/client';
import { type FormEvent, useState } from 'react';
import { useTexts } from '../../texts/language.tsx';
import { Button } from '../button.tsx';
import { CodeField } from '../field.tsx';
import { ProblemAlert } from '../problem.tsx';
import { useConfirm } from './use-confirm.ts';

type Props = {
  readonly enrolment: Enrolment;
  readonly label: string;
  readonly help?: string;
  readonly autoFocus?: boolean;
  readonly onDone: (answer: LoggedIn) => void;
};

/** Confirms a pending factor by its first code. */
export function CodeForm({ enrolment, label, help, autoFocus = true, onDone }: Props) {
  const t = useTexts('enrol');
  const [code, setCode] = useState('');
  const [missing, setMissing] = useState<string | null>(null);
  const { isBusy, error, confirm } = useConfirm(enrolment, onDone);

  async function submit(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    setMissing(code.trim() === '' ? t.codeMissing : null);
    if (code.trim() === '') return;
    await confirm({ code });
    setCode('');
  }

  return (
    <form className="stack" method="post" noValidate onSubmit={submit}>
      <CodeField
        label={label}
        description={help}
        value={code}
        error={missing}
        autoFocus={autoFocus}
        onChange={(event) => setCode(event.target.value)}
      />
      <ProblemAlert error={isBusy ? null : error} />
      <Button type="submit" variant="primary" isBusy={isBusy}>
        {t.confirm}
      </Button>
    </form>
  );
}
