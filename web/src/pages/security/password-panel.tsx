import { useState } from 'react';
import { Button } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { Heading } from '../../components/heading.tsx';
import { ProblemAlert } from '../../components/problem.tsx';
import { useAction } from '../../components/use-action.ts';
import { client } from '../../session.ts';
import { useTexts } from '../../texts/language.tsx';
import { type Say, useRefresh, useStatus } from './account.ts';
import { Panel } from './panel.tsx';

/** The password, or that there is none. Somebody with enough passkeys may remove it. */
export function PasswordPanel({ say }: { readonly say: Say }) {
  const t = useTexts('security');
  const { data } = useStatus();
  const [isAsking, setAsking] = useState(false);
  if (data?.passwordless)
    return (
      <Panel title={t.passwordTitle} intro={t.passwordNone}>
        {null}
      </Panel>
    );
  return (
    <Panel title={t.passwordTitle} intro={t.passwordWhat}>
      <p className="row">
        <a className="button" href="#password">
          {t.changePassword}
        </a>
        {data?.may_go_passwordless && data.policy.passkey_login && (
          <Button variant="quiet" onClick={() => setAsking(true)}>
            {t.removePassword}
          </Button>
        )}
      </p>
      <RemoveDialog isOpen={isAsking} onClose={() => setAsking(false)} say={say} />
    </Panel>
  );
}

type RemoveProps = { readonly isOpen: boolean; readonly onClose: () => void; readonly say: Say };

/** Says how the account comes back, and asks once more. */
function RemoveDialog({ isOpen, onClose, say }: RemoveProps) {
  const t = useTexts('security');
  const common = useTexts('common');
  const refresh = useRefresh();
  const { isBusy, error, setError, run } = useAction();
  function close(): void {
    setError(null);
    onClose();
  }
  const remove = () =>
    run(async () => {
      await client.call('DELETE /auth/password');
      onClose();
      await refresh();
      say(t.passwordRemoved);
    });
  return (
    <Dialog isOpen={isOpen} label={t.removePasswordTitle} onClose={close}>
      <div className="stack">
        <Heading level={2}>{t.removePasswordTitle}</Heading>
        <p>{t.removePasswordWhat}</p>
        <ProblemAlert error={isBusy ? null : error} />
        <div className="row">
          <Button variant="danger" isBusy={isBusy} onClick={remove}>
            {t.removePassword}
          </Button>
          <Button onClick={close}>{common.cancel}</Button>
        </div>
      </div>
    </Dialog>
  );
}
