import { isProblem } from '@sallyport/client';
import { type FormEvent, useRef, useState } from 'react';
import { Button } from '../../components/button.tsx';
import { PasswordField, TextField } from '../../components/field.tsx';
import { Heading } from '../../components/heading.tsx';
import { ProblemAlert, useProblemWords } from '../../components/problem.tsx';
import { useAction } from '../../components/use-action.ts';
import { faultsOf, type PasswordRules } from '../../lib/password-rules.ts';
import { client } from '../../session.ts';
import { settings } from '../../settings.ts';
import { useLanguage, useTexts } from '../../texts/language.tsx';
import { RuleList } from './rule-list.tsx';

type Props = {
  readonly token: string;
  readonly link: {
    readonly username: string;
    readonly purpose: 'invitation' | 'forgotten' | 'helpdesk';
    readonly passwordless?: true | undefined;
    readonly rules: PasswordRules;
  };
  /** The password is set. */
  readonly onSet: (password: string) => Promise<void>;
  /** The link is over: another tab was faster, or the person took too long. */
  readonly onOver: (error: unknown) => void;
};

/** Asks for the new password once: the person can look at it, and a password manager can make it. */
export function PasswordForm({
  token,
  link: { username, purpose, passwordless, rules },
  onSet,
  onOver,
}: Props) {
  const t = useTexts('password');
  const { language } = useLanguage();
  const wordsFor = useProblemWords();
  const [typed, setTyped] = useState('');
  const [fault, setFault] = useState<string | null>(null);
  const [codeFault, setCodeFault] = useState<string | null>(null);
  const field = useRef<HTMLInputElement>(null);
  const code = useRef<HTMLInputElement>(null);
  const { isBusy, error, setError, run } = useAction();

  async function submit(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    // Read from the field, because a password manager may fill it in without an event.
    const password = field.current?.value ?? '';
    setTyped(password);
    const missing = password === '' ? t.passwordMissing : null;
    const broken = missing ?? (faultsOf(password, username, rules).length > 0 ? t.rulesUnmet : null);
    setFault(broken);
    setError(null);
    if (broken) return field.current?.focus();
    const recoveryCode = code.current?.value.trim() ?? '';
    const noCode = passwordless && recoveryCode === '' ? t.recoveryCodeMissing : null;
    setCodeFault(noCode);
    if (noCode) return code.current?.focus();
    await run(async () => {
      try {
        await client.password.reset({
          ...{ token, new_password: password, language },
          ...(passwordless && { recovery_code: recoveryCode }),
        });
      } catch (thrown) {
        if (isProblem(thrown, 'invalid-token')) return onOver(thrown);
        if (!isProblem(thrown, 'password-rejected')) throw thrown;
        setFault(wordsFor(thrown));
        return field.current?.focus();
      }
      await onSet(password);
    });
  }

  // A first password has none before it.
  const ruled = purpose === 'invitation' ? { ...rules, history: 0 } : rules;
  const title = purpose === 'invitation' ? t.inviteTitle : t.resetTitle;
  return (
    <form className="stack" method="post" noValidate onSubmit={submit}>
      <Heading>{title}</Heading>
      <p className="quiet">{purpose === 'invitation' ? t.invited(settings.brand.name) : t[purpose]}</p>
      <p className="password-account">
        <span className="quiet">{t.account}</span> <bdi>{username}</bdi>
      </p>
      {/* For password managers, which keep a password with its name. People read the line above. */}
      <input
        className="visually-hidden"
        type="text"
        name="username"
        autoComplete="username"
        value={username}
        readOnly
        tabIndex={-1}
        aria-hidden="true"
      />
      <ProblemAlert error={isBusy ? null : error} />
      <PasswordField
        ref={field}
        label={t.newPassword}
        name="new-password"
        autoComplete="new-password"
        maxLength={1000}
        required
        autoFocus
        value={typed}
        onChange={(event) => {
          setTyped(event.target.value);
          setFault(null);
        }}
        error={fault}
        description={<RuleList password={typed} username={username} rules={ruled} />}
      />
      {passwordless && (
        <TextField
          ref={code}
          label={t.recoveryCode}
          description={t.recoveryCodeHelp}
          autoComplete="off"
          spellCheck={false}
          autoCapitalize="characters"
          required
          maxLength={60}
          error={codeFault}
        />
      )}
      <Button type="submit" variant="primary" isBusy={isBusy}>
        {t.save}
      </Button>
      {purpose !== 'invitation' && <p className="quiet small">{t.endsSessions}</p>}
    </form>
  );
}
