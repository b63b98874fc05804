import type { FormEvent } from 'react';
import { TextField } from '../../../components/field.tsx';
import { useAction } from '../../../components/use-action.ts';
import { client } from '../../../session.ts';
import { useTexts } from '../../../texts/language.tsx';
import { Submit } from '../parts/submit.tsx';
import { useFields } from '../parts/use-fields.ts';

const empty = { name: '', owner: '', scopes: '', networks: '' };

/** Makes an account for a program. */
export function ProgramForm({ onDone }: { readonly onDone: () => void }) {
  const t = useTexts('console-keys');
  const { fields, input, check, clear } = useFields({
    empty,
    labels: t,
    needed: ['name', 'owner', 'scopes'],
  });
  const work = useAction();

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (!check()) return;
    const list = (text: string) => text.split(/[\s,]+/).filter(Boolean);
    const body = {
      name: fields.name.trim(),
      owner: fields.owner.trim(),
      scopes: list(fields.scopes),
      networks: list(fields.networks),
    };
    const made = await work.run(() => client.call('POST /admin/service-accounts', { body }));
    if (!made) return;
    clear();
    onDone();
  }

  return (
    <section className="panel">
      <form className="stack" noValidate onSubmit={submit}>
        <h2>{t.make}</h2>
        <div className="columns">
          <TextField {...input('name', t.nameHelp)} maxLength={64} />
          <TextField {...input('owner', t.ownerHelp)} autoCapitalize="sentences" maxLength={200} />
          <TextField {...input('scopes', t.scopesHelp)} />
          <TextField {...input('networks', t.networksHelp)} />
        </div>
        <Submit action={work}>{t.make}</Submit>
      </form>
    </section>
  );
}
