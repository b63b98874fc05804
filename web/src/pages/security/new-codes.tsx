import { isProblem } from '@sallyport/client';
import { type FormEvent, useRef, useState } from 'react';
import { Button } from '../../components/button.tsx';
import { PasswordField } from '../../components/field.tsx';
import { Heading } from '../../components/heading.tsx';
import { ProblemAlert, useProblemWords } from '../../components/problem.tsx';
import { useAction } from '../../components/use-action.ts';
import { client } from '../../session.ts';
import { useTexts } from '../../texts/language.tsx';
import { useMe, useRefresh, useStatus } from './account.ts';
import { OwnName } from './own-name.tsx';

type Props = { readonly onDone: (codes: readonly string[]) => void; readonly onCancel: () => void };

/** Makes new recovery codes, by the password and a fresh second factor. */
export function NewCodes({ onDone, onCancel }: Props) {
  const t = useTexts('security');
  const common = useTexts('common');
  const words = useProblemWords();
  const refresh = useRefresh();
  const { data: me } = useMe();
  const hasPassword = useStatus().data?.passwordless !== true;
  const field = useRef<HTMLInputElement>(null);
  const [isMissing, setMissing] = useState(false);
  const { isBusy, error, run } = useAction();
  const isWrong = isProblem(error, 'invalid-password');

  async function submit(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    const password = field.current?.value ?? '';
    setMissing(hasPassword && password === '');
    if (hasPassword && password === '') return field.current?.focus();
    const answer = await run(() => client.recoveryCodes.regenerate(hasPassword ? { password } : {}));
    if (!answer) return field.current?.select();
    onDone(answer.codes);
    await refresh();
  }

  return (
    <form className="security-form panel stack" method="post" noValidate onSubmit={submit}>
      <Heading>{t.newCodesTitle}</Heading>
      <p className="quiet">{t.newCodesWhat}</p>
      <OwnName username={me?.user.username} />
      {hasPassword && (
        <PasswordField
          ref={field}
          label={t.password}
          name="password"
          autoComplete="current-password"
          maxLength={1000}
          required
          autoFocus
          error={isMissing ? t.passwordMissing : isWrong && !isBusy ? words(error) : null}
        />
      )}
      <ProblemAlert error={isBusy || isWrong || isMissing ? null : error} />
      <div className="row">
        <Button type="submit" variant="primary" isBusy={isBusy}>
          {t.newCodes}
        </Button>
        <Button onClick={onCancel}>{common.cancel}</Button>
      </div>
    </form>
  );
}
