import { useState } from 'react';
import { TextField } from '../../../components/field.tsx';
import { useTexts } from '../../../texts/language.tsx';
import { TextArea } from './fields.tsx';

export type Reason = { readonly reason: string; readonly ticket?: string };

/** Why somebody helps, and for which ticket. `collect` gives null where the reason is missing, and the field then says so. */
export function useReason() {
  const [reason, setReason] = useState('');
  const [ticket, setTicket] = useState('');
  const [isMissing, setMissing] = useState(false);
  function collect(): Reason | null {
    setMissing(reason.trim() === '');
    if (reason.trim() === '') return null;
    return { reason: reason.trim(), ...(ticket.trim() && { ticket: ticket.trim() }) };
  }
  return { reason, setReason, ticket, setTicket, isMissing, collect };
}

type Props = {
  readonly of: ReturnType<typeof useReason>;
  readonly help: string;
  readonly rows: number;
};

/** The fields of `useReason`. The audit keeps what they say. */
export function ReasonFields({ of, help, rows }: Props) {
  const t = useTexts('console-people');
  return (
    <>
      <TextArea
        label={t.reason}
        description={help}
        error={of.isMissing ? t.reasonMissing : null}
        value={of.reason}
        maxLength={500}
        rows={rows}
        required
        autoFocus
        onChange={(event) => of.setReason(event.target.value)}
      />
      <TextField
        label={t.ticket}
        value={of.ticket}
        maxLength={100}
        autoComplete="off"
        onChange={(event) => of.setTicket(event.target.value)}
      />
    </>
  );
}

type LineProps = { readonly value: string; readonly help: string; readonly onType: (reason: string) => void };

/** A reason that a change can go without. */
export function OptionalReason({ value, help, onType }: LineProps) {
  const t = useTexts('console');
  return (
    <TextField
      label={t.optionalReason}
      description={help}
      value={value}
      maxLength={500}
      autoComplete="off"
      onChange={(event) => onType(event.target.value)}
    />
  );
}
