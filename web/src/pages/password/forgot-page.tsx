import { useState } from 'react';
import { Button } from '../../components/button.tsx';
import { UsernameField } from '../../components/field.tsx';
import { Heading } from '../../components/heading.tsx';
import { HelpContact } from '../../components/help-contact.tsx';
import { ProblemAlert } from '../../components/problem.tsx';
import { useAskForName } from '../../components/use-ask-for-name.ts';
import { Link } from '../../router.tsx';
import { client } from '../../session.ts';
import { settings } from '../../settings.ts';
import { useTexts } from '../../texts/language.tsx';
import './password.css';

/** `/forgot`: asks for a mail with a link. It says the same for every name, so that nobody learns who has an account. */
export default function ForgotPage() {
  const [isSent, setSent] = useState(false);
  return isSent ? <Sent onAgain={() => setSent(false)} /> : <AskForName onSent={() => setSent(true)} />;
}

function AskForName({ onSent }: { readonly onSent: () => void }) {
  const t = useTexts('password');
  const { field, isMissing, isBusy, error, submit } = useAskForName(client.password.forgot, onSent);

  return (
    <form className="stack" method="post" noValidate onSubmit={submit}>
      <Heading>{t.forgotTitle}</Heading>
      <p className="quiet">{t.forgotIntro}</p>
      <ProblemAlert error={isBusy ? null : error} />
      <UsernameField ref={field} label={t.username} autoFocus error={isMissing ? t.usernameMissing : null} />
      <Button type="submit" variant="primary" isBusy={isBusy}>
        {t.sendLink}
      </Button>
      <p className="small">
        <Link href="/login">{t.toLogin}</Link>
      </p>
      <p className="small">
        <Link href="/recover">{t.toRecover}</Link>
      </p>
    </form>
  );
}

function Sent({ onAgain }: { readonly onAgain: () => void }) {
  const t = useTexts('password');
  return (
    <div className="stack">
      <Heading>{t.sentTitle}</Heading>
      <p>{t.sent}</p>
      <p>{t.sentLife}</p>
      <ul className="password-hints">
        <li>{t.sentSpam}</li>
        <li>{t.sentLimit}</li>
        <li>{t.sentPrivate}</li>
        {settings.brand.help && (
          <li>
            {t.overAsk} <HelpContact />
          </li>
        )}
      </ul>
      <div className="row between">
        <Button onClick={onAgain}>{t.askAgain}</Button>
        <Link href="/login">{t.toLogin}</Link>
      </div>
    </div>
  );
}
