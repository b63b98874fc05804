import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Button } from '../../../components/button.tsx';
import { useAction } from '../../../components/use-action.ts';
import { client } from '../../../session.ts';
import { type Language, languages } from '../../../texts/catalogues.ts';
import { useTexts } from '../../../texts/language.tsx';
import { Done } from '../parts/done.tsx';
import { FormDialog } from '../parts/form-dialog.tsx';
import { LanguageField } from '../parts/language-field.tsx';
import { useMay } from '../parts/use-scopes.ts';
import type { User } from './person-rules.ts';

/** Changes the language of a person's mails and text messages. Nothing is shown to who may not. */
export function PersonLanguage({ user }: { readonly user: User }) {
  const t = useTexts('console-people');
  const mayWrite = useMay('users:write');
  const queries = useQueryClient();
  const [isOpen, setOpen] = useState(false);
  const [isDone, setDone] = useState(false);
  if (!mayWrite) return null;
  async function finish(): Promise<void> {
    setOpen(false);
    setDone(true);
    await Promise.all([
      queries.invalidateQueries({ queryKey: ['person', user.id] }),
      queries.invalidateQueries({ queryKey: ['timeline', user.id] }),
    ]);
  }
  return (
    <div className="stack tight">
      <Done words={isDone ? t.languageChanged : ''} />
      <div>
        <Button
          onClick={() => {
            setDone(false);
            setOpen(true);
          }}
        >
          {t.languageChange}
        </Button>
      </div>
      {isOpen && <LanguageDialog user={user} onClose={() => setOpen(false)} onDone={finish} />}
    </div>
  );
}

type DialogProps = {
  readonly user: User;
  readonly onClose: () => void;
  readonly onDone: () => Promise<void>;
};

function LanguageDialog({ user, onClose, onDone }: DialogProps) {
  const t = useTexts('console-people');
  const [language, setLanguage] = useState(user.language ?? '');
  const work = useAction();
  async function save(): Promise<void> {
    const known = (Object.keys(languages) as Language[]).find((one) => one === language) ?? null;
    const input = { params: { id: user.id }, body: { language: known } };
    if (await work.run(() => client.call('PATCH /admin/users/{id}', input))) await onDone();
  }
  return (
    <FormDialog
      title={t.languageTitle(user.username)}
      submit={t.languageSave}
      action={work}
      onSubmit={save}
      onClose={onClose}
    >
      <p>{t.languageWhat}</p>
      <LanguageField value={language} onChoose={setLanguage} />
    </FormDialog>
  );
}
