import type { ReactNode, SelectHTMLAttributes, TextareaHTMLAttributes } from 'react';
import { FieldFrame } from '../../../components/field.tsx';

type Option = readonly [value: string, words: string];

type SelectProps = SelectHTMLAttributes<HTMLSelectElement> & {
  readonly label: string;
  readonly options: readonly Option[];
};

/** A native list of values, which works by keyboard and on telephones. */
export function SelectField({ label, options, ...select }: SelectProps) {
  return (
    <FieldFrame label={label}>
      {(wiring) => (
        <select {...select} {...wiring}>
          {options.map(([value, words]) => (
            <option key={value} value={value}>
              {words}
            </option>
          ))}
        </select>
      )}
    </FieldFrame>
  );
}

type AreaProps = TextareaHTMLAttributes<HTMLTextAreaElement> & {
  readonly label: string;
  readonly description?: ReactNode;
  readonly error?: string | null | undefined;
};

/** A text of several lines. */
export function TextArea({ label, description, error, ...area }: AreaProps) {
  return (
    <FieldFrame {...{ label, description, error }}>
      {(wiring) => <textarea {...area} {...wiring} />}
    </FieldFrame>
  );
}
