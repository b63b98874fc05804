import { type InputHTMLAttributes, type ReactNode, type Ref, useId, useState } from 'react';
import { useTexts } from '../texts/language.tsx';
import './field.css';

type FieldProps = Omit<InputHTMLAttributes<HTMLInputElement>, 'id' | 'children'> & {
  readonly label: string;
  /** What helps to fill it in. */
  readonly description?: ReactNode;
  /** What is wrong with it. */
  readonly error?: string | null | undefined;
  readonly ref?: Ref<HTMLInputElement>;
  /** Stands in the field, at its end. */
  readonly action?: ReactNode;
};

/** What an element needs so that screen readers read its label, its help and its error with it. */
type Wiring = {
  readonly id: string;
  readonly 'aria-invalid': true | undefined;
  readonly 'aria-describedby': string | undefined;
};

type FrameProps = Pick<FieldProps, 'label' | 'description' | 'error' | 'action' | 'className'> & {
  readonly children: (wiring: Wiring) => ReactNode;
};

/** The label, the help and the error around an element that takes a value. */
export function FieldFrame({ label, description, error, action, className = '', children }: FrameProps) {
  const id = useId();
  const described = [error ? `${id}-error` : '', description ? `${id}-help` : ''].filter(Boolean).join(' ');
  return (
    <div className={`field ${className}`}>
      <label htmlFor={id}>{label}</label>
      <div className="field-box">
        {children({
          id,
          'aria-invalid': error ? true : undefined,
          'aria-describedby': described || undefined,
        })}
        {action}
      </div>
      {error && (
        <p id={`${id}-error`} className="field-error">
          {error}
        </p>
      )}
      {description && (
        <div id={`${id}-help`} className="field-help">
          {description}
        </div>
      )}
    </div>
  );
}

/** One line of text. */
export function TextField({ label, description, error, action, className, ...input }: FieldProps) {
  return (
    <FieldFrame {...{ label, description, error, action, className }}>
      {(wiring) => <input {...input} {...wiring} />}
    </FieldFrame>
  );
}

/** The name of an account. Password managers fill it in. */
export function UsernameField(props: Omit<FieldProps, 'type' | 'name' | 'action'>) {
  return (
    <TextField
      autoCapitalize="none"
      autoCorrect="off"
      spellCheck={false}
      maxLength={128}
      required
      autoComplete="username"
      {...props}
      name="username"
    />
  );
}

/** A password, which the person may look at. Paste and password managers work. */
export function PasswordField(props: Omit<FieldProps, 'type' | 'action'>) {
  const t = useTexts('common');
  const [isShown, show] = useState(false);
  const action = (
    <button type="button" className="field-action" aria-pressed={isShown} onClick={() => show(!isShown)}>
      {isShown ? t.hide : t.show} <span className="visually-hidden">{props.label}</span>
    </button>
  );
  return (
    <TextField
      spellCheck={false}
      autoCapitalize="none"
      {...props}
      type={isShown ? 'text' : 'password'}
      action={action}
    />
  );
}

/**
 * A code of six digits. Telephones offer what has just arrived by text message. Spaces and dashes do no harm: the service
 * removes them.
 */
export function CodeField({ className = '', ...props }: Omit<FieldProps, 'type'>) {
  return (
    <TextField
      autoComplete="one-time-code"
      inputMode="numeric"
      spellCheck={false}
      autoCapitalize="none"
      maxLength={20}
      required
      {...props}
      className={`field-code ${className}`}
      type="text"
    />
  );
}

type CheckboxProps = Omit<InputHTMLAttributes<HTMLInputElement>, 'type' | 'id'> & {
  readonly label: ReactNode;
  readonly description?: ReactNode;
};

export function Checkbox({ label, description, ...input }: CheckboxProps) {
  const id = useId();
  return (
    <div className="checkbox">
      <input {...input} type="checkbox" id={id} aria-describedby={description ? `${id}-help` : undefined} />
      <div>
        <label htmlFor={id}>{label}</label>
        {description && (
          <p id={`${id}-help`} className="field-help">
            {description}
          </p>
        )}
      </div>
    </div>
  );
}
