import { isProblem } from '@sallyport/client';
import { type FormEvent, type ReactNode, useState } from 'react';
import { Button } from '../../components/button.tsx';
import { Choices } from '../../components/choices.tsx';
import { CodeField, PasswordField, TextField } from '../../components/field.tsx';
import { Heading } from '../../components/heading.tsx';
import { Alert, Notice } from '../../components/notice.tsx';
import { ProblemAlert } from '../../components/problem.tsx';
import { useAction } from '../../components/use-action.ts';
import { useTexts } from '../../texts/language.tsx';
import { Over } from './over.tsx';
import { isOver, type Kind, type Recovery, recovery, showDevice } from './recovery.ts';

type Props = {
  readonly code: string;
  readonly state: Recovery;
  readonly onState: (state: Recovery) => void;
  readonly onOver: () => void;
};

/** The choice among what the account can show, and the form of each. */
export function ShowProofs({ code, state, onState, onOver }: Props) {
  const t = useTexts('recover');
  const [kind, setKind] = useState<Kind | null>(null);
  const { isBusy, error, setError, run } = useAction();
  const back = () => {
    setError(null);
    setKind(null);
  };
  const show = async (work: () => Promise<Recovery | null>) => {
    const next = await run(work);
    if (!next) return;
    back();
    onState(next);
  };
  if (isOver(error)) return <Over onAgain={onOver} />;
  const form = { code, state, isBusy, error, onBack: back, onShow: show, run };
  switch (kind) {
    case 'recovery_code':
      return <RecoveryCodeForm {...form} />;
    case 'address':
      return <AddressForm {...form} />;
    case 'device':
      return <DeviceForm {...form} />;
    case 'colleague':
      return <ColleagueForm {...form} />;
  }
  const { shown, ways } = state;
  return (
    <div className="stack">
      <Heading>{t.proofsTitle}</Heading>
      <p>
        {t.account} <strong>{state.username}</strong>
      </p>
      <p role="status">
        {t.proofsLeft(shown.length === 0 ? 2 : 1)} {state.needs_colleague && t.needsColleague}
      </p>
      {shown.length > 0 && (
        <p className="quiet">
          {t.done} {shown.map((one) => t.kinds[one].name).join(', ')}
        </p>
      )}
      {ways.length === 0 ? (
        <Notice tone="warning">
          <p>{t.noWays}</p>
        </Notice>
      ) : (
        <Choices choices={ways.map((id) => ({ id, ...t.kinds[id], onChoose: () => setKind(id) }))} />
      )}
    </div>
  );
}

type FormProps = {
  readonly code: string;
  readonly state: Recovery;
  readonly isBusy: boolean;
  readonly error: unknown;
  readonly onBack: () => void;
  readonly onShow: (work: () => Promise<Recovery | null>) => Promise<void>;
  readonly run: ReturnType<typeof useAction>['run'];
};

type ProofFormProps = Pick<FormProps, 'isBusy' | 'error' | 'onBack'> & {
  readonly title: string;
  readonly onSubmit: (() => void) | null;
  readonly children: ReactNode;
};

/** A form with a title, what is typed, and the way back. Without `onSubmit` there is nothing to confirm yet. */
function ProofForm({ title, isBusy, error, onBack, onSubmit, children }: ProofFormProps) {
  const t = useTexts('recover');
  const isRefused = isProblem(error, 'mfa-token-invalid') || isProblem(error, 'invalid-request');
  function submit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    onSubmit?.();
  }
  return (
    <form className="stack" method="post" noValidate onSubmit={submit}>
      <Heading>{title}</Heading>
      {children}
      {isRefused && !isBusy ? <Alert>{t.refused}</Alert> : <ProblemAlert error={isBusy ? null : error} />}
      {onSubmit && (
        <Button type="submit" variant="primary" isBusy={isBusy}>
          {t.show}
        </Button>
      )}
      <div>
        <Button variant="quiet" onClick={onBack}>
          {t.back}
        </Button>
      </div>
    </form>
  );
}

/** What is typed into a form with one field, and whether it is missing. */
function useTyped() {
  const t = useTexts('recover');
  const [value, setValue] = useState('');
  const [isMissing, setMissing] = useState(false);
  const given = (then: () => void) => () => {
    setMissing(value.trim() === '');
    if (value.trim() !== '') then();
  };
  const onChange = (event: { target: { value: string } }) => setValue(event.target.value);
  const field = { value, onChange, error: isMissing ? t.missing : null, autoFocus: true, required: true };
  return { value, field, given };
}

function RecoveryCodeForm({ code, onShow, ...form }: FormProps) {
  const t = useTexts('recover');
  const { value, field, given } = useTyped();
  const submit = given(() => void onShow(() => recovery.show(code, { recovery_code: value })));
  return (
    <ProofForm {...form} title={t.recoveryTitle} onSubmit={submit}>
      <p className="quiet">{t.recoveryWhat}</p>
      <TextField
        {...field}
        label={t.kinds.recovery_code.name}
        className="mono"
        autoComplete="off"
        autoCapitalize="characters"
        spellCheck={false}
      />
    </ProofForm>
  );
}

function AddressForm({ code, state, onShow, run, ...form }: FormProps) {
  const t = useTexts('recover');
  const [to, setTo] = useState<string | null>(null);
  const { value, field, given } = useTyped();
  const submit = given(() => void onShow(() => recovery.show(code, { address_code: value })));
  async function send(factorId: string, hint: string | null): Promise<void> {
    if (await run(() => recovery.sendTo(code, factorId))) setTo(hint ?? '');
  }
  return (
    <ProofForm {...form} title={t.addressTitle} onSubmit={to === null ? null : submit}>
      {to === null ? (
        <Choices
          isBusy={form.isBusy}
          choices={state.addresses.map(({ factor_id: id, hint, method }) => ({
            id,
            name: hint ?? method,
            detail: t.kinds.address.detail,
            onChoose: () => void send(id, hint),
          }))}
        />
      ) : (
        <>
          <p role="status">{t.addressSent(to)}</p>
          <CodeField {...field} label={t.addressCode} />
        </>
      )}
    </ProofForm>
  );
}

function DeviceForm({ code, state, onShow, ...form }: FormProps) {
  const t = useTexts('recover');
  const [isNone, setNone] = useState(false);
  const { value, field, given } = useTyped();
  const { username } = state;
  const submit = given(
    () =>
      void onShow(async () => {
        const next = await showDevice(code, { username, password: value });
        setNone(next === null);
        return next;
      }),
  );
  return (
    <ProofForm {...form} title={t.deviceTitle} onSubmit={submit}>
      <p className="quiet">{t.deviceWhat}</p>
      {isNone && <Alert>{t.deviceNone}</Alert>}
      <PasswordField {...field} label={t.password} autoComplete="current-password" />
    </ProofForm>
  );
}

function ColleagueForm({ code, state, onShow, run, ...form }: FormProps) {
  const t = useTexts('recover');
  const [isAsked, setAsked] = useState(state.colleagues_asked);
  const { value, field, given } = useTyped();
  const submit = given(() => void onShow(() => recovery.show(code, { colleague_code: value })));
  async function ask(): Promise<void> {
    if (await run(() => recovery.askColleagues(code))) setAsked(true);
  }
  return (
    <ProofForm {...form} title={t.colleagueTitle} onSubmit={isAsked ? submit : null}>
      <p>{t.colleagueWhat}</p>
      {isAsked ? (
        <>
          <p role="status">{t.colleagueAsked}</p>
          <TextField
            {...field}
            label={t.colleagueCode}
            className="field-code"
            inputMode="numeric"
            autoComplete="off"
            maxLength={20}
          />
        </>
      ) : (
        <Button isBusy={form.isBusy} onClick={ask}>
          {t.colleagueAsk}
        </Button>
      )}
    </ProofForm>
  );
}
