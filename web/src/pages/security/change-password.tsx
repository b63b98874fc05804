import { isProblem } from '@sallyport/client';
import { type FormEvent, useRef, useState } from 'react';
import { Button } from '../../components/button.tsx';
import { PasswordField } from '../../components/field.tsx';
import { Heading } from '../../components/heading.tsx';
import { ProblemAlert, useProblemWords } from '../../components/problem.tsx';
import { useAction } from '../../components/use-action.ts';
import { client } from '../../session.ts';
import { useTexts } from '../../texts/language.tsx';
import { useMe, usePasswordRules, useRefresh } from './account.ts';
import { OwnName } from './own-name.tsx';
import { PasswordRules } from './password-rules.tsx';

type Props = { readonly onDone: () => void; readonly onCancel: () => void };

/** Changes the password. What is wrong stands under the field that it is about. */
export function ChangePassword({ onDone, onCancel }: Props) {
  const t = useTexts('security');
  const common = useTexts('common');
  const words = useProblemWords();
  const refresh = useRefresh();
  const { data: me } = useMe();
  const { data: rules } = usePasswordRules();
  const current = useRef<HTMLInputElement>(null);
  const next = useRef<HTMLInputElement>(null);
  const [typed, setTyped] = useState({ current: '', next: '' });
  const [missing, setMissing] = useState({ current: false, next: false });
  const { isBusy, error, run } = useAction();
  const isWrong = isProblem(error, 'invalid-password');
  const isRejected = isProblem(error, 'password-rejected');

  async function submit(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    // Read from the fields, because a password manager may fill them in without an event.
    const given = { current: current.current?.value ?? '', next: next.current?.value ?? '' };
    setTyped(given);
    setMissing({ current: given.current === '', next: given.next === '' });
    if (given.current === '') return current.current?.focus();
    if (given.next === '') return next.current?.focus();
    await run(async () => {
      try {
        await client.password.change({ current_password: given.current, new_password: given.next });
      } catch (thrown) {
        const field = isProblem(thrown, 'invalid-password')
          ? current
          : isProblem(thrown, 'password-rejected')
            ? next
            : null;
        field?.current?.select();
        field?.current?.focus();
        throw thrown;
      }
      onDone();
      await refresh();
    });
  }

  const look = () => setTyped({ current: current.current?.value ?? '', next: next.current?.value ?? '' });

  return (
    <form className="security-form panel stack" method="post" noValidate onSubmit={submit}>
      <Heading>{t.changePassword}</Heading>
      <p className="quiet">{t.passwordEnds}</p>
      <OwnName username={me?.user.username} />
      <PasswordField
        ref={current}
        label={t.currentPassword}
        name="current-password"
        autoComplete="current-password"
        maxLength={1000}
        required
        autoFocus
        error={missing.current ? t.passwordMissing : isWrong && !isBusy ? words(error) : null}
        onChange={look}
      />
      <PasswordField
        ref={next}
        label={t.newPassword}
        name="new-password"
        autoComplete="new-password"
        maxLength={1000}
        required
        error={missing.next ? t.newPasswordMissing : isRejected && !isBusy ? words(error) : null}
        description={rules && <PasswordRules rules={rules} current={typed.current} next={typed.next} />}
        onChange={look}
      />
      <ProblemAlert error={isBusy || isWrong || isRejected ? null : error} />
      <div className="row">
        <Button type="submit" variant="primary" isBusy={isBusy}>
          {t.changePassword}
        </Button>
        <Button onClick={onCancel}>{common.cancel}</Button>
      </div>
    </form>
  );
}
