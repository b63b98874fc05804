import { type FormEvent, useState } from 'react';
import { Button } from '../../../components/button.tsx';
import { TextField } from '../../../components/field.tsx';
import { ProblemAlert } from '../../../components/problem.tsx';
import { useAction } from '../../../components/use-action.ts';
import { client } from '../../../session.ts';
import { useTexts } from '../../../texts/language.tsx';

const empty = { name: '', owner: '', scopes: '', networks: '' };
type Name = keyof typeof empty;

/** Makes an account for a program. */
export function ProgramForm({ onDone }: { readonly onDone: () => void }) {
  const t = useTexts('console-keys');
  const [fields, setFields] = useState(empty);
  const [isTried, setTried] = useState(false);
  const work = useAction();
  const isMissing = (name: Name) => name !== 'networks' && fields[name].trim() === '';
  const input = (name: Name, description: string) => ({
    label: t[name],
    description,
    value: fields[name],
    autoComplete: 'off',
    spellCheck: false,
    error: isTried && isMissing(name) ? t.fieldMissing : null,
    onChange: (event: { target: { value: string } }) => setFields({ ...fields, [name]: event.target.value }),
  });

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    setTried(true);
    if ((Object.keys(fields) as Name[]).some(isMissing)) return;
    const list = (text: string) => text.split(/[\s,]+/).filter(Boolean);
    const body = {
      name: fields.name.trim(),
      owner: fields.owner.trim(),
      scopes: list(fields.scopes),
      networks: list(fields.networks),
    };
    const made = await work.run(() => client.call('POST /admin/service-accounts', { body }));
    if (!made) return;
    setFields(empty);
    setTried(false);
    onDone();
  }

  return (
    <section className="panel">
      <form className="stack" noValidate onSubmit={submit}>
        <h2>{t.make}</h2>
        <div className="columns">
          <TextField {...input('name', t.nameHelp)} autoCapitalize="none" maxLength={64} />
          <TextField {...input('owner', t.ownerHelp)} maxLength={200} />
          <TextField {...input('scopes', t.scopesHelp)} autoCapitalize="none" />
          <TextField {...input('networks', t.networksHelp)} autoCapitalize="none" />
        </div>
        <ProblemAlert error={work.error} />
        <div>
          <Button type="submit" variant="primary" isBusy={work.isBusy}>
            {t.make}
          </Button>
        </div>
      </form>
    </section>
  );
}
