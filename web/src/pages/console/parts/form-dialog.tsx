import type { FormEvent, ReactNode } from 'react';
import { Button } from '../../../components/button.tsx';
import { Dialog } from '../../../components/dialog.tsx';
import { Heading } from '../../../components/heading.tsx';
import { ProblemAlert } from '../../../components/problem.tsx';
import { useTexts } from '../../../texts/language.tsx';

type Props = {
  readonly title: string;
  readonly submit: string;
  readonly isDanger?: boolean;
  readonly action: { readonly isBusy: boolean; readonly error: unknown };
  readonly onSubmit: () => void;
  readonly onClose: () => void;
  readonly children: ReactNode;
};

/** A dialog with a form: what will happen, what it needs, and one button that does it. */
export function FormDialog({ title, submit, isDanger = false, action, onSubmit, onClose, children }: Props) {
  const common = useTexts('common');
  function send(event: FormEvent): void {
    event.preventDefault();
    onSubmit();
  }
  return (
    <Dialog isOpen label={title} onClose={onClose}>
      <form className="stack" noValidate onSubmit={send}>
        <Heading level={2}>{title}</Heading>
        {children}
        <ProblemAlert error={action.error} />
        <div className="row">
          <Button type="submit" variant={isDanger ? 'danger' : 'primary'} isBusy={action.isBusy}>
            {submit}
          </Button>
          <Button onClick={onClose}>{common.cancel}</Button>
        </div>
      </form>
    </Dialog>
  );
}
