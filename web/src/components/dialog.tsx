import type { ReactNode } from 'react';
import { Modal, ModalOverlay, Dialog as ReactAriaDialog } from 'react-aria-components';
import './dialog.css';

type Props = {
  readonly isOpen: boolean;
  /** Its name, for screen readers. */
  readonly label: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
};

/** A dialog over the page. React Aria keeps the focus in it, hides the rest, and gives the focus back. */
export function Dialog({ isOpen, label, onClose, children }: Props) {
  return (
    <ModalOverlay
      className="overlay"
      isOpen={isOpen}
      onOpenChange={(next) => {
        if (!next) onClose();
      }}
    >
      <Modal className="modal">
        <ReactAriaDialog className="dialog" aria-label={label}>
          {children}
        </ReactAriaDialog>
      </Modal>
    </ModalOverlay>
  );
}
