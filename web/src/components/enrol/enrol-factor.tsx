import type { Enrolment, EnrolmentMethod, LoggedIn, MustEnrol } from '@sallyport/client';
import { type ReactNode, useState } from 'react';
import { client } from '../../session.ts';
import { useTexts } from '../../texts/language.tsx';
import { Button } from '../button.tsx';
import { Choices } from '../choices.tsx';
import { Heading } from '../heading.tsx';
import { ProblemAlert } from '../problem.tsx';
import { useAction } from '../use-action.ts';
import { AddressStep } from './address-step.tsx';
import { ConfirmDuo } from './confirm-duo.tsx';
import { ConfirmSent } from './confirm-sent.tsx';
import { ConfirmTotp } from './confirm-totp.tsx';
import { KeyStep } from './key-step.tsx';

/** From the strongest to the weakest. */
const order: readonly EnrolmentMethod[] = ['webauthn', 'totp', 'duo_universal', 'duo_push', 'sms', 'email'];

type Props = {
  /** The methods that the service says can be enrolled. */
  readonly methods: readonly string[];
  /** Who must enrol to get in. Undefined: the person is logged in. */
  readonly as?: MustEnrol | undefined;
  readonly title?: string | undefined;
  readonly intro?: ReactNode;
  /** The factor is confirmed. `recoveryCodes` come with the first one: show them by `RecoveryCodes`. */
  readonly onDone: (answer: LoggedIn) => void;
  /** Gives true if it has dealt with the error. */
  readonly onError?: (error: unknown) => boolean;
  readonly onCancel?: () => void;
};

export type StepProps<Method extends EnrolmentMethod = EnrolmentMethod> = {
  readonly enrolment: Enrolment<Method>;
  readonly onDone: (answer: LoggedIn) => void;
  /** Begins again, for another code or another push. */
  readonly onAgain: () => void;
  readonly isBusy: boolean;
};

/** Sets up a factor, from the choice of the method to its first code. */
export function EnrolFactor({ methods, as, title, intro, onDone, onError, onCancel }: Props) {
  const t = useTexts('enrol');
  const common = useTexts('common');
  const [method, setMethod] = useState<EnrolmentMethod | null>(null);
  const [fields, setFields] = useState<Parameters<typeof client.enroll>[1]>({});
  const [enrolment, setEnrolment] = useState<Enrolment | null>(null);
  const action = useAction();

  async function begin(
    chosen: EnrolmentMethod,
    given: Parameters<typeof client.enroll>[1] = {},
  ): Promise<void> {
    setFields(given);
    await action.run(async () => {
      try {
        setEnrolment(await client.enroll(chosen, given, { as }));
      } catch (error) {
        if (!onError?.(error)) throw error;
      }
    });
  }

  function choose(chosen: EnrolmentMethod): void {
    setMethod(chosen);
    action.setError(null);
    // The others ask for an address, a number or a name first.
    if (['totp', 'duo_push', 'duo_universal'].includes(chosen)) begin(chosen);
  }

  function chooseAgain(): void {
    setMethod(null);
    setEnrolment(null);
    action.setError(null);
  }

  if (!method)
    return (
      <div className="stack">
        <Heading>{title ?? t.chooseTitle}</Heading>
        {intro}
        <Choices
          choices={order
            .filter((one) => methods.includes(one) && (one !== 'webauthn' || 'PublicKeyCredential' in window))
            .map((one, at) => ({
              id: one,
              name: t.methods[one].name,
              detail: t.methods[one].why,
              badge: at === 0 ? t.best : undefined,
              onChoose: () => choose(one),
            }))}
        />
        {onCancel && (
          <div>
            <Button variant="quiet" onClick={onCancel}>
              {common.cancel}
            </Button>
          </div>
        )}
      </div>
    );

  const step = { onDone, isBusy: action.isBusy, onAgain: () => begin(method, fields) };
  return (
    <div className="stack">
      {!enrolment && (method === 'sms' || method === 'email') && (
        <AddressStep method={method} isBusy={action.isBusy} onSubmit={(given) => begin(method, given)} />
      )}
      {method === 'webauthn' && (
        <KeyStep
          isBusy={action.isBusy}
          begin={async (label, passkey) =>
            client.enroll('webauthn', { ...(label && { label }), ...(passkey && { passkey }) }, { as })
          }
          onDone={onDone}
        />
      )}
      {enrolment?.method === 'totp' && <ConfirmTotp enrolment={enrolment} {...step} />}
      {(enrolment?.method === 'sms' || enrolment?.method === 'email') && (
        <ConfirmSent enrolment={enrolment} {...step} />
      )}
      {(enrolment?.method === 'duo_push' || enrolment?.method === 'duo_universal') && (
        <ConfirmDuo enrolment={enrolment} {...step} />
      )}
      <ProblemAlert error={action.error} />
      <div>
        <Button variant="quiet" onClick={chooseAgain}>
          {t.otherMethod}
        </Button>
      </div>
    </div>
  );
}
