import { isProblem } from '@sallyport/client';
import { useEffect, useState } from 'react';
import { Button } from '../../components/button.tsx';
import { Heading } from '../../components/heading.tsx';
import { ProblemAlert } from '../../components/problem.tsx';
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

type PasswordLink = Awaited<ReturnType<typeof readLink>>;

const readLink = (token: string) => client.call('POST /auth/password/link', { body: { token } });

/** The link was used, has expired or never existed, or a mail program has cut off its end. */
const isOver = (error: unknown) => isProblem(error, 'invalid-token') || isProblem(error, 'invalid-request');

function SetPassword({ token }: { readonly token: string }) {
  const t = useTexts('password');
  const common = useTexts('common');
  const [link, setLink] = useState<PasswordLink | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [tries, setTries] = useState(0);

  useEffect(() => {
    const leaving = new AbortController();
    if (tries >= 0)
      readLink(token).then(
        (found) => leaving.signal.aborted || setLink(found),
        (thrown) => leaving.signal.aborted || setError(thrown),
      );
    return () => leaving.abort();
  }, [token, tries]);

  async function logIn(password: string): Promise<void> {
    if (!link) return;
    const { username, purpose } = link;
    forgetLinkToken();
    const isInvited = purpose === 'invitation';
    const answer = await client.login({ username, password, area: 'public' }).catch(() => null);
    if (answer?.kind === 'tokens' && !isInvited && !hasNews(answer)) leaveLogin('');
    else arriveAtLogin({ username, answer });
  }

  if (isOver(error)) return <LinkOver isInvited={link?.purpose === 'invitation'} />;
  if (link) return <PasswordForm token={token} link={link} onSet={logIn} onOver={setError} />;
  return (
    <div className="stack">
      <Heading>{t.linkTitle}</Heading>
      {error === null && (
        <p className="quiet" role="status">
          {t.reading}
        </p>
      )}
      <ProblemAlert error={error} />
      {error !== null && (
        <Button
          variant="primary"
          onClick={() => {
            setError(null);
            setTries(tries + 1);
          }}
        >
          {common.tryAgain}
        </Button>
      )}
    </div>
  );
}
