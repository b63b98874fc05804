import type { ReactNode } from 'react';
import { useTexts } from '../texts/language.tsx';
import { Button } from './button.tsx';
import { Dialog } from './dialog.tsx';
import { Heading } from './heading.tsx';
import { ProblemAlert } from './problem.tsx';
import { useAction } from './use-action.ts';

type Props = {
  readonly isOpen: boolean;
  readonly title: string;
  /** The button that does it. */
  readonly go: string;
  /** What throws stays in the dialog, which says why. */
  readonly onConfirm: () => Promise<void>;
  readonly onClose: () => void;
  readonly children: ReactNode;
};

/** Says what will be taken away, and asks once more. */
export function ConfirmDialog({ isOpen, title, go, onConfirm, onClose, children }: Props) {
  const common = useTexts('common');
  const { isBusy, error, setError, run } = useAction();
  function close(): void {
    setError(null);
    onClose();
  }
  return (
    <Dialog isOpen={isOpen} label={title} onClose={close}>
      <div className="stack">
        <Heading level={2}>{title}</Heading>
        {children}
        <ProblemAlert error={isBusy ? null : error} />
        <div className="row">
          <Button variant="danger" isBusy={isBusy} onClick={() => run(onConfirm)}>
            {go}
          </Button>
          <Button onClick={close}>{common.cancel}</Button>
        </div>
      </div>
    </Dialog>
  );
}
