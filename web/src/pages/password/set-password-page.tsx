import { Heading } from '../../components/heading.tsx';
import { isLinkOver, ReadingLink, useMailLink } from '../../components/mail-link.tsx';
import { arriveAtLogin } from '../../lib/arrival.ts';
import { leaveLogin } from '../../lib/leave.ts';
import { forgetLinkToken, useLinkToken } from '../../lib/mail-link.ts';
import { client } from '../../session.ts';
import { useTexts } from '../../texts/language.tsx';
import { hasNews } from '../login/after-login.tsx';
import { LinkOver, NoLink } from './no-link.tsx';
import { PasswordForm } from './password-form.tsx';
import './password.css';

/** `/invite` and `/reset`: set a password by the link of a mail. The token, not the path, says which it is. */
export default function SetPasswordPage() {
  const token = useLinkToken();
  return token === null ? <NoLink /> : <SetPassword key={token} token={token} />;
}

const readLink = (token: string) => client.call('POST /auth/password/link', { body: { token } });

function SetPassword({ token }: { readonly token: string }) {
  const t = useTexts('password');
  const { link, error, setError, tryAgain } = useMailLink(token, readLink);

  async function logIn(password: string): Promise<void> {
    if (!link) return;
    const { username, purpose } = link;
    forgetLinkToken();
    const isInvited = purpose === 'invitation';
    const answer = await client.login({ username, password, area: 'public' }).catch(() => null);
    if (answer?.kind === 'tokens' && !isInvited && !hasNews(answer)) leaveLogin('');
    else arriveAtLogin({ username, answer });
  }

  if (isLinkOver(error)) return <LinkOver isInvited={link?.purpose === 'invitation'} />;
  if (link) return <PasswordForm token={token} link={link} onSet={logIn} onOver={setError} />;
  return (
    <div className="stack">
      <Heading>{t.linkTitle}</Heading>
      <ReadingLink words={t.reading} error={error} onTryAgain={tryAgain} />
    </div>
  );
}
