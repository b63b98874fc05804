import { type FormEvent, useRef, useState } from 'react';
import { useAction } from './use-action.ts';

/** A form that takes a username and asks for a mail to it. */
export function useAskForName(ask: (username: string) => Promise<unknown>, onSent: () => void) {
  const [isMissing, setMissing] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const { isBusy, error, run } = useAction();

  async function submit(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    const username = field.current?.value.trim() ?? '';
    setMissing(username === '');
    if (username === '') return field.current?.focus();
    if (await run(() => ask(username).then(() => true))) onSent();
  }

  return { field, isMissing, isBusy, error, submit };
}
