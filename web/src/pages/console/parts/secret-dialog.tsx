import type { ReactNode } from 'react';
import { Button } from '../../../components/button.tsx';
import { CopyButton } from '../../../components/copy-button.tsx';
import { Dialog } from '../../../components/dialog.tsx';
import { Heading } from '../../../components/heading.tsx';
import { useTexts } from '../../../texts/language.tsx';

type Props = {
  readonly title: string;
  readonly help: string;
  readonly secret: string;
  readonly onClose: () => void;
  /** What to know of it. */
  readonly children?: ReactNode;
};

/** A secret that is shown once. */
export function SecretDialog({ title, help, secret, onClose, children }: Props) {
  const common = useTexts('common');
  return (
    <Dialog isOpen label={title} onClose={onClose}>
      <div className="stack">
        <Heading level={2}>{title}</Heading>
        <p>{help}</p>
        <p className="mono bypass-code">{secret}</p>
        {children}
        <div className="row">
          <CopyButton text={secret} variant="secondary" />
          <Button variant="primary" onClick={onClose}>
            {common.close}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
