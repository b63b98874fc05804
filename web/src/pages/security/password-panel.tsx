import { useState } from 'react';
import { Button } from '../../components/button.tsx';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { client } from '../../session.ts';
import { useTexts } from '../../texts/language.tsx';
import { type Say, useRefresh, useStatus } from './account.ts';
import { Panel } from './panel.tsx';

/** The password, or that there is none. Somebody with enough passkeys may remove it. */
export function PasswordPanel({ say }: { readonly say: Say }) {
  const t = useTexts('security');
  const { data } = useStatus();
  const refresh = useRefresh();
  const [isAsking, setAsking] = useState(false);
  const close = () => setAsking(false);
  async function remove(): Promise<void> {
    await client.call('DELETE /auth/password');
    close();
    await refresh();
    say(t.passwordRemoved);
  }
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
      <ConfirmDialog
        isOpen={isAsking}
        title={t.removePasswordTitle}
        go={t.removePassword}
        onConfirm={remove}
        onClose={close}
      >
        <p>{t.removePasswordWhat}</p>
      </ConfirmDialog>
    </Panel>
  );
}
