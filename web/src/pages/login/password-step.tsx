import { type Answer, isProblem } from '@sallyport/client';
import { type FormEvent, lazy, Suspense, useRef, useState } from 'react';
import { Button } from '../../components/button.tsx';
import { PasswordField, UsernameField } from '../../components/field.tsx';
import { Heading } from '../../components/heading.tsx';
import { Alert } from '../../components/notice.tsx';
import { ProblemAlert } from '../../components/problem.tsx';
import { useAction } from '../../components/use-action.ts';
import type { Area } from '../../lib/leave.ts';
import { Link } from '../../router.tsx';
import { client } from '../../session.ts';
import { settings } from '../../settings.ts';
import { useTexts } from '../../texts/language.tsx';

// Loaded only where the policy takes passkeys.
const PasskeyLogin = lazy(() => import('./passkey-login.tsx'));

type Props = {
  readonly area: Area;
  /** Why the person is here again. */
  readonly error: unknown;
  readonly tookTooLong: boolean;
  /** The name of somebody who has just set a password. */
  readonly passwordSetFor?: string | undefined;
  readonly onAnswer: (answer: Answer) => void;
  /** A passkey has logged the person in. */
  readonly onPasskey: () => void;
};

/** The name and the password. Password managers fill them in, and nothing hinders a paste. */
export function PasswordStep({
  area,
  error: earlier,
  tookTooLong,
  passwordSetFor,
  onAnswer,
  onPasskey,
}: Props) {
  const t = useTexts('login');
  const [missing, setMissing] = useState<{ username?: string; password?: string }>({});
  const [isNew, setNew] = useState(true);
  const username = useRef<HTMLInputElement>(null);
  const password = useRef<HTMLInputElement>(null);
  const { isBusy, error, run } = useAction();

  async function submit(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    setNew(false);
    // Read from the fields, because a password manager may fill them in without an event.
    const given = { username: username.current?.value.trim() ?? '', password: password.current?.value ?? '' };
    setMissing({
      ...(given.username === '' && { username: t.usernameMissing }),
      ...(given.password === '' && { password: t.passwordMissing }),
    });
    if (given.username === '') return username.current?.focus();
    if (given.password === '') return password.current?.focus();
    const answer = await run(() => client.login({ ...given, area }));
    if (answer) return onAnswer(answer);
    password.current?.select();
    password.current?.focus();
  }

  const shown = isNew ? earlier : error;
  const first = settings.firstFactor[area];
  const passkey = first && (
    <Suspense>
      <PasskeyLogin area={area} isOnly={first === 'passkey'} onDone={onPasskey} />
    </Suspense>
  );
  if (first === 'passkey')
    return (
      <div className="stack">
        <Heading>{area === 'admin' ? t.consoleTitle : t.title}</Heading>
        {passkey}
      </div>
    );
  return (
    <form className="stack" method="post" noValidate onSubmit={submit}>
      <Heading>{area === 'admin' ? t.consoleTitle : t.title}</Heading>
      {isNew && tookTooLong && (
        <Alert tone="info">
          <p>{t.tookTooLong}</p>
        </Alert>
      )}
      {isNew && passwordSetFor !== undefined && (
        <Alert tone="success">
          <p>{t.passwordSet}</p>
        </Alert>
      )}
      {isProblem(shown, 'forbidden') ? (
        <Alert>
          <p>{t.noArea}</p>
        </Alert>
      ) : (
        <ProblemAlert error={isBusy ? null : shown} />
      )}
      <UsernameField
        ref={username}
        label={t.username}
        autoComplete={first ? 'username webauthn' : 'username'}
        autoFocus={passwordSetFor === undefined}
        defaultValue={passwordSetFor}
        error={missing.username}
      />
      <PasswordField
        ref={password}
        label={t.password}
        name="password"
        autoComplete="current-password"
        maxLength={1000}
        required
        autoFocus={passwordSetFor !== undefined}
        error={missing.password}
      />
      <Button type="submit" variant="primary" isBusy={isBusy}>
        {t.logIn}
      </Button>
      {passkey}
      <p className="small">
        <Link href="/forgot">{t.forgot}</Link>
      </p>
    </form>
  );
}
