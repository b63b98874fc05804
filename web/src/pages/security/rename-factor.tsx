import { type FormEvent, useState } from 'react';
import { Button } from '../../components/button.tsx';
import { TextField } from '../../components/field.tsx';
import { ProblemAlert } from '../../components/problem.tsx';
import { useAction } from '../../components/use-action.ts';
import { signalPasskeys } from '../../lib/signal-passkeys.ts';
import { client } from '../../session.ts';
import { useTexts } from '../../texts/language.tsx';
import { type Factor, useRefresh, useStatus } from './account.ts';

type Props = {
  readonly factor: Factor;
  readonly name: string;
  readonly onDone: () => void;
  readonly onCancel: () => void;
};

/** Gives a factor another name. Escape leaves it as it was. */
export function RenameFactor({ factor, name, onDone, onCancel }: Props) {
  const t = useTexts('security');
  const common = useTexts('common');
  const refresh = useRefresh();
  const passkeys = useStatus().data?.passkeys;
  const [value, setValue] = useState(name);
  const [isMissing, setMissing] = useState(false);
  const { isBusy, error, run } = useAction();

  async function submit(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    const label = value.trim();
    setMissing(label === '');
    if (label === '') return;
    await run(async () => {
      await client.factors.change(factor.factor_id, { label });
      await signalPasskeys(passkeys);
      await refresh();
      onDone();
    });
  }

  return (
    <form className="stack" method="post" noValidate onSubmit={submit}>
      <TextField
        label={t.nameOf(name)}
        autoComplete="off"
        maxLength={64}
        autoFocus
        required
        value={value}
        error={isMissing ? t.nameMissing : null}
        onChange={(event) => setValue(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape') onCancel();
        }}
      />
      <ProblemAlert error={isBusy ? null : error} />
      <div className="row">
        <Button type="submit" variant="primary" isBusy={isBusy}>
          {t.save}
        </Button>
        <Button onClick={onCancel}>{common.cancel}</Button>
      </div>
    </form>
  );
}
