import { isProblem } from '@sallyport/client';
import { type FormEvent, useState } from 'react';
import { Button } from '../../components/button.tsx';
import { Choices } from '../../components/choices.tsx';
import { FactorCodeField } from '../../components/factor/factor-code-field.tsx';
import { TextField } from '../../components/field.tsx';
import { Heading } from '../../components/heading.tsx';
import { Alert, Notice } from '../../components/notice.tsx';
import { ProblemAlert } from '../../components/problem.tsx';
import { useAction } from '../../components/use-action.ts';
import { client } from '../../session.ts';
import { useTexts } from '../../texts/language.tsx';
import { AnswerPush } from './answer-push.tsx';

type Method = 'app' | 'recovery' | 'email' | 'sms' | 'duo_push';
type Step =
  | { readonly at: 'number' | 'choose' | 'passed' }
  | { readonly at: 'code'; readonly method: Method }
  | { readonly at: 'push'; readonly code: string };

/**
 * `/verify-caller`: a caller shows the helpdesk who is calling, by a factor and without a login. The page says the same
 * for every number and every account, so that it shows nobody what an account has.
 */
export default function VerifyCallerPage() {
  const [number, setNumber] = useState('');
  const [step, setStep] = useState<Step>({ at: 'number' });
  const back = () => setStep({ at: 'choose' });
  const passed = () => setStep({ at: 'passed' });
  switch (step.at) {
    case 'number':
      return <AskNumber number={number} onChange={setNumber} onNext={back} />;
    case 'choose':
      return <Choose number={number} onStep={setStep} />;
    case 'code':
      return <TypeCode number={number} method={step.method} onBack={back} onPassed={passed} />;
    case 'push':
      return <AnswerPush number={number} code={step.code} onBack={back} onPassed={passed} />;
    case 'passed':
      return <Passed />;
  }
}

type NumberProps = {
  readonly number: string;
  readonly onChange: (number: string) => void;
  readonly onNext: () => void;
};

function AskNumber({ number, onChange, onNext }: NumberProps) {
  const t = useTexts('caller');
  const [isWrong, setWrong] = useState(false);
  function submit(event: FormEvent): void {
    event.preventDefault();
    const isNumber = /^\p{Nd}{9}$/u.test(number.replace(/[\s\p{Pd}]/gu, ''));
    setWrong(!isNumber);
    if (isNumber) onNext();
  }
  return (
    <form className="stack" method="post" noValidate onSubmit={submit}>
      <Heading>{t.title}</Heading>
      <p className="quiet">{t.intro}</p>
      <Notice tone="warning">{t.neverTell}</Notice>
      <TextField
        label={t.number}
        value={number}
        error={isWrong ? t.numberShape : null}
        className="field-code"
        inputMode="numeric"
        autoComplete="off"
        maxLength={20}
        required
        autoFocus
        onChange={(event) => onChange(event.target.value)}
      />
      <Button type="submit" variant="primary">
        {t.next}
      </Button>
    </form>
  );
}

function Choose({ number, onStep }: { readonly number: string; readonly onStep: (step: Step) => void }) {
  const t = useTexts('caller');
  const { isBusy, error, run } = useAction();
  async function choose(method: Method): Promise<void> {
    if (method === 'app' || method === 'recovery') return onStep({ at: 'code', method });
    const asked = await run(() =>
      client.call('POST /auth/caller-checks/challenge', { body: { number, method } }),
    );
    if (!asked) return;
    onStep(asked.verification_code ? { at: 'push', code: asked.verification_code } : { at: 'code', method });
  }
  const methods: readonly Method[] = ['app', 'recovery', 'email', 'sms', 'duo_push'];
  return (
    <div className="stack">
      <Heading>{t.chooseTitle}</Heading>
      <p className="quiet">{t.chooseIntro}</p>
      <ProblemAlert error={isBusy ? null : error} />
      <Choices
        isBusy={isBusy}
        choices={methods.map((id) => ({ id, ...t.methods[id], onChoose: () => void choose(id) }))}
      />
      <div>
        <Button variant="quiet" onClick={() => onStep({ at: 'number' })}>
          {t.back}
        </Button>
      </div>
    </div>
  );
}

type CodeProps = {
  readonly number: string;
  readonly method: Method;
  readonly onBack: () => void;
  readonly onPassed: () => void;
};

function TypeCode({ number, method, onBack, onPassed }: CodeProps) {
  const t = useTexts('caller');
  const [code, setCode] = useState('');
  const [isMissing, setMissing] = useState(false);
  const { isBusy, error, run } = useAction();
  const intro = { app: t.fromApp, recovery: t.fromList, email: t.fromMail, sms: t.fromText, duo_push: '' };
  const isRefused = isProblem(error, 'mfa-token-invalid') || isProblem(error, 'invalid-request');

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    setMissing(code.trim() === '');
    if (code.trim() === '') return;
    const body = { number, mfa_token: code };
    const answer = await run(() => client.call('POST /auth/caller-checks/answer', { body }));
    setCode('');
    if (answer?.status === 'passed') onPassed();
  }

  return (
    <form className="stack" method="post" noValidate onSubmit={submit}>
      <Heading>{t.codeTitle}</Heading>
      <p className="quiet">{intro[method]}</p>
      <FactorCodeField
        label={t.code}
        value={code}
        error={isMissing ? t.codeMissing : null}
        isRecovery={method === 'recovery'}
        onType={setCode}
      />
      {isRefused && !isBusy ? <Alert>{t.refused}</Alert> : <ProblemAlert error={isBusy ? null : error} />}
      <Button type="submit" variant="primary" isBusy={isBusy}>
        {t.confirm}
      </Button>
      <div>
        <Button variant="quiet" onClick={onBack}>
          {t.back}
        </Button>
      </div>
    </form>
  );
}

function Passed() {
  const t = useTexts('caller');
  return (
    <div className="stack">
      <Heading>{t.passedTitle}</Heading>
      <Notice tone="success">{t.passed}</Notice>
    </div>
  );
}
