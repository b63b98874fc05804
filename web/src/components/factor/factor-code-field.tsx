import { CodeField, TextField } from '../field.tsx';

type Props = {
  readonly label: string;
  readonly error: string | null;
  readonly value: string;
  /** A recovery code has letters, and no telephone offers it. */
  readonly isRecovery: boolean;
  readonly onType: (code: string) => void;
};

/** The code of a second factor: six digits, or a recovery code. */
export function FactorCodeField({ isRecovery, onType, ...props }: Props) {
  const field = {
    ...props,
    autoFocus: true,
    onChange: (event: { target: { value: string } }) => onType(event.target.value),
  };
  return isRecovery ? (
    <TextField
      {...field}
      className="mono"
      autoComplete="off"
      autoCapitalize="characters"
      spellCheck={false}
      required
    />
  ) : (
    <CodeField {...field} />
  );
}
