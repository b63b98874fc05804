import { useState } from 'react';
import { useAction } from '../../../components/use-action.ts';
import { client } from '../../../session.ts';
import { useTexts } from '../../../texts/language.tsx';
import { SelectField } from '../parts/fields.tsx';
import { FormDialog } from '../parts/form-dialog.tsx';
import { SecretDialog } from '../parts/secret-dialog.tsx';
import type { Program } from './programs.tsx';

export type Act =
  | { readonly kind: 'add' | 'disable' | 'enable' }
  | { readonly kind: 'revoke'; readonly credentialId: string };

type Props = {
  readonly act: Act;
  readonly program: Program;
  readonly onClose: () => void;
  readonly onChanged: (words: string) => void;
};

const aDay = 86_400;

/** What somebody does to the account of a program. A new secret is shown once. */
export function ProgramDialog({ act, program, onClose, onChanged }: Props) {
  const t = useTexts('console-keys');
  const [days, setDays] = useState('90');
  const [secret, setSecret] = useState<string | null>(null);
  const work = useAction();
  const words = {
    add: [t.addTitle(program.name), t.addWhat, t.addSecret],
    disable: [t.disableTitle(program.name), t.disableWhat, t.disable],
    enable: [t.enableTitle(program.name), t.enableWhat, t.enable],
    revoke: [t.revokeCredential, t.revokeCredentialWhat, t.revoke],
  } as const;
  const [title, what, go] = words[act.kind];

  async function submit(): Promise<void> {
    const given = await work.run(() => send(act, program, Number(days) * aDay));
    if (given === undefined) return;
    onChanged(act.kind === 'revoke' ? t.credentialWasRevoked : t.changed);
    if (given === null) onClose();
    else setSecret(given);
  }

  if (secret !== null)
    return <SecretDialog title={t.secretTitle} help={t.secretOnce} secret={secret} onClose={onClose} />;
  return (
    <FormDialog
      title={title}
      submit={go}
      isDanger={act.kind === 'disable' || act.kind === 'revoke'}
      action={work}
      onSubmit={submit}
      onClose={onClose}
    >
      <p>{what}</p>
      {act.kind === 'add' && (
        <SelectField
          label={t.lasts}
          value={days}
          options={[30, 90, 180, 365].map((count) => [String(count), t.days(count)])}
          onChange={(event) => setDays(event.target.value)}
        />
      )}
    </FormDialog>
  );
}

/** Gives the new secret, or null where there is none. */
async function send(act: Act, { id, version }: Program, seconds: number): Promise<string | null> {
  if (act.kind === 'add') {
    const body = { kind: 'secret', expires_in: seconds } as const;
    const made = await client.call('POST /admin/service-accounts/{id}/credentials', { params: { id }, body });
    return made.client_secret ?? null;
  }
  if (act.kind === 'revoke') {
    const params = { id, credential_id: act.credentialId };
    await client.call('DELETE /admin/service-accounts/{id}/credentials/{credential_id}', { params });
    return null;
  }
  const status = act.kind === 'disable' ? 'disabled' : 'active';
  await client.call('PATCH /admin/service-accounts/{id}', { params: { id }, body: { status, version } });
  return null;
}
