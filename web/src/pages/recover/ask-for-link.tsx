import { type FormEvent, useState } from 'react';
import { Button } from '../../components/button.tsx';
import { TextField, UsernameField } from '../../components/field.tsx';
import { Heading } from '../../components/heading.tsx';
import { HelpContact } from '../../components/help-contact.tsx';
import { ProblemAlert } from '../../components/problem.tsx';
import { useAskForName } from '../../components/use-ask-for-name.ts';
import { Link } from '../../router.tsx';
import { settings } from '../../settings.ts';
import { useTexts } from '../../texts/language.tsx';
import { recovery } from './recovery.ts';

type Props = { readonly onCode: (code: string) => void };

/** Asks for the link, or for the code of a recovery that was begun elsewhere. */
export function AskForLink({ onCode }: Props) {
  const [at, setAt] = useState<'name' | 'sent' | 'code'>('name');
  if (at === 'sent') return <Sent />;
  if (at === 'code') return <TypeCode onCode={onCode} onBack={() => setAt('name')} />;
  return <AskForName onSent={() => setAt('sent')} onHave={() => setAt('code')} />;
}

function AskForName({ onSent, onHave }: { readonly onSent: () => void; readonly onHave: () => void }) {
  const t = useTexts('recover');
  const { field, isMissing, isBusy, error, submit } = useAskForName(recovery.request, onSent);

  return (
    <form className="stack" method="post" noValidate onSubmit={submit}>
      <Heading>{t.title}</Heading>
      <p>{t.intro}</p>
      <p className="quiet">{t.how}</p>
      <ProblemAlert error={isBusy ? null : error} />
      <UsernameField ref={field} label={t.username} autoFocus error={isMissing ? t.usernameMissing : null} />
      <Button type="submit" variant="primary" isBusy={isBusy}>
        {t.send}
      </Button>
      <div className="row between">
        <Button variant="quiet" onClick={onHave}>
          {t.haveCode}
        </Button>
        <Link href="/login">{t.toLogin}</Link>
      </div>
    </form>
  );
}

function Sent() {
  const t = useTexts('recover');
  return (
    <div className="stack">
      <Heading>{t.sentTitle}</Heading>
      <p role="status">{t.sent}</p>
      <p className="quiet small">{t.sentPrivate}</p>
      {settings.brand.help && (
        <p className="quiet small">
          <HelpContact />
        </p>
      )}
      <Link href="/login">{t.toLogin}</Link>
    </div>
  );
}

type CodeProps = Props & { readonly onBack: () => void };

function TypeCode({ onCode, onBack }: CodeProps) {
  const t = useTexts('recover');
  const [code, setCode] = useState('');
  const [isMissing, setMissing] = useState(false);

  function submit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    setMissing(code.trim() === '');
    if (code.trim() !== '') onCode(code.trim());
  }

  return (
    <form className="stack" method="post" noValidate onSubmit={submit}>
      <Heading>{t.continueTitle}</Heading>
      <p className="quiet">{t.continueIntro}</p>
      <TextField
        label={t.continueCode}
        className="mono"
        autoComplete="off"
        autoCapitalize="characters"
        spellCheck={false}
        maxLength={60}
        required
        autoFocus
        value={code}
        error={isMissing ? t.continueMissing : null}
        onChange={(event) => setCode(event.target.value)}
      />
      <Button type="submit" variant="primary">
        {t.next}
      </Button>
      <div>
        <Button variant="quiet" onClick={onBack}>
          {t.back}
        </Button>
      </div>
    </form>
  );
}
