import { useState } from 'react';
import { Button } from '../../components/button.tsx';
import { Heading } from '../../components/heading.tsx';
import { HelpContact } from '../../components/help-contact.tsx';
import { isLinkOver, ReadingLink, useMailLink } from '../../components/mail-link.tsx';
import { ProblemAlert } from '../../components/problem.tsx';
import { useAction } from '../../components/use-action.ts';
import { forgetLinkToken, useLinkToken } from '../../lib/mail-link.ts';
import { client } from '../../session.ts';
import { settings } from '../../settings.ts';
import { useTexts } from '../../texts/language.tsx';
import './not-me.css';

/** `/not-me`: what the link of a letter would do, and the button that does it. To open the page does nothing. */
export default function NotMePage() {
  const token = useLinkToken();
  const [done, setDone] = useState<NotMeLink | null>(null);
  if (done) return <Done link={done} />;
  return token === null ? <NoLink /> : <Report key={token} token={token} onDone={setDone} />;
}

type NotMeLink = Awaited<ReturnType<typeof readLink>>;

const readLink = (token: string) => client.call('POST /auth/not-me/link', { body: { token } });

type Props = { readonly token: string; readonly onDone: (link: NotMeLink) => void };

function Report({ token, onDone }: Props) {
  const t = useTexts('not-me');
  const { link, error, tryAgain } = useMailLink(token, readLink);
  const work = useAction();

  async function press(found: NotMeLink): Promise<void> {
    const isDone = await work.run(async () => {
      await client.call('POST /auth/not-me', { body: { token } });
      return true;
    });
    if (!isDone) return;
    forgetLinkToken();
    onDone(found);
  }

  if (isLinkOver(error) || isLinkOver(work.error)) return <Over />;
  return (
    <div className="stack">
      <Heading>{t.title}</Heading>
      {link ? (
        <>
          <p>
            {t.account} <strong>{link.username}</strong>
          </p>
          {link.stops === 'account' && <AccountWords />}
          {link.stops === 'recovery' && <RecoveryWords />}
          {link.action !== null && <ApprovalWords action={link.action} />}
          <ProblemAlert error={work.isBusy ? null : work.error} />
          <Button variant="danger" isBusy={work.isBusy} onClick={() => press(link)}>
            {{ account: t.accountGo, approval: t.approvalGo, recovery: t.recoveryGo }[link.stops]}
          </Button>
          <p className="quiet small">{t.leave}</p>
        </>
      ) : (
        <ReadingLink words={t.reading} error={error} onTryAgain={tryAgain} />
      )}
    </div>
  );
}

function AccountWords() {
  const t = useTexts('not-me');
  return (
    <>
      <p>{t.accountWhat}</p>
      <ul className="not-me-list">
        <li>{t.accountSteps.sessions}</li>
        <li>{t.accountSteps.help}</li>
        <li>{t.accountSteps.lock}</li>
        <li>{t.accountSteps.told}</li>
      </ul>
    </>
  );
}

function RecoveryWords() {
  const t = useTexts('not-me');
  return (
    <>
      <p>{t.recoveryWhat}</p>
      <p>{t.recoveryStop}</p>
    </>
  );
}

function ApprovalWords({ action }: { readonly action: NonNullable<NotMeLink['action']> }) {
  const t = useTexts('not-me');
  return (
    <>
      <p>{t.approvalWhat(t.actions[action])}</p>
      <p>{t.approvalStop}</p>
    </>
  );
}

function Done({ link }: { readonly link: NotMeLink }) {
  const t = useTexts('not-me');
  const isAccount = link.stops === 'account';
  return (
    <div className="stack">
      <Heading>{isAccount ? t.doneTitle : t.stoppedTitle}</Heading>
      <p role="status">{isAccount ? t.done : t.stopped}</p>
      <Ask />
    </div>
  );
}

function Over() {
  const t = useTexts('not-me');
  return (
    <div className="stack">
      <Heading>{t.overTitle}</Heading>
      <p>{t.over}</p>
      <p>{t.overElse}</p>
      <Ask />
    </div>
  );
}

function NoLink() {
  const t = useTexts('not-me');
  return (
    <div className="stack">
      <Heading>{t.noLinkTitle}</Heading>
      <p>{t.noLink}</p>
    </div>
  );
}

function Ask() {
  const t = useTexts('not-me');
  if (!settings.brand.help) return null;
  return (
    <p className="quiet small">
      {t.ask} <HelpContact />
    </p>
  );
}
