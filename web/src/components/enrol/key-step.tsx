import type { Enrolment, LoggedIn } from '@sallyport/client';
import { type FormEvent, useContext, useState } from 'react';
import { settings } from '../../settings.ts';
import { useTexts } from '../../texts/language.tsx';
import { Button } from '../button.tsx';
import { Checkbox, TextField } from '../field.tsx';
import { Heading } from '../heading.tsx';
import { ProblemAlert } from '../problem.tsx';
import { useAction } from '../use-action.ts';
import { ConfirmBy } from './confirm-by.ts';

/** Whether some area takes a passkey in place of the password. */
const takesPasskeys = Object.keys(settings.firstFactor).length > 0;

type Props = {
  readonly isBusy: boolean;
  readonly begin: (label: string, passkey: boolean) => Promise<Enrolment<'webauthn'>>;
  readonly onDone: (answer: LoggedIn) => void;
};

/** A security key or a passkey: a name for it, one press, and the browser does the rest. */
export function KeyStep({ begin, onDone }: Props) {
  const t = useTexts('enrol');
  const [label, setLabel] = useState('');
  const [asPasskey, setAsPasskey] = useState(true);
  const { isBusy, error, run } = useAction();
  const by = useContext(ConfirmBy);

  async function submit(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    await run(async () => {
      const answer = await by.verifyWithKey(await begin(label.trim(), takesPasskeys && asPasskey));
      if (answer.kind === 'tokens') onDone(answer);
      else if ('problem' in answer && answer.problem) throw answer.problem;
    });
  }

  return (
    <form className="stack" method="post" noValidate onSubmit={submit}>
      <Heading>{t.webauthnTitle}</Heading>
      <p className="quiet">{t.webauthn}</p>
      <TextField
        label={t.labelField}
        description={t.labelHelp}
        autoComplete="off"
        maxLength={64}
        autoFocus
        value={label}
        onChange={(event) => setLabel(event.target.value)}
      />
      {takesPasskeys && (
        <Checkbox
          label={t.asPasskey}
          description={t.asPasskeyHelp}
          checked={asPasskey}
          onChange={(event) => setAsPasskey(event.target.checked)}
        />
      )}
      <ProblemAlert error={isBusy ? null : error} />
      <Button type="submit" variant="primary" isBusy={isBusy}>
        {t.webauthnButton}
      </Button>
    </form>
  );
}
