import { lazy, type ReactNode, Suspense, useEffect, useState } from 'react';
import { Button } from '../../components/button.tsx';
import { Heading } from '../../components/heading.tsx';
import { MoreReasons } from '../../components/problem.tsx';
import { SignedIn } from '../../components/signed-in.tsx';
import { Link } from '../../router.tsx';
import { client } from '../../session.ts';
import { useTexts } from '../../texts/language.tsx';
import { useScopes } from './parts/use-scopes.ts';
import { type Screen, screenOf, screens } from './screens.ts';
import './console.css';

/** `/console`: what the roles admin, helpdesk and auditor do. The scopes of the token decide what is there. */
export default function ConsolePage() {
  return (
    <SignedIn area="admin">
      <Console />
    </SignedIn>
  );
}

function Console() {
  const t = useTexts('console');
  const scopes = useScopes();
  const current = screenOf(window.location.pathname);
  const allowed = screens.filter(({ scope }) => scopes.includes(scope));
  return (
    <div className="console">
      <aside className="console-side">
        <nav aria-label={t.navigation}>
          <ul className="plain-list console-nav">
            {allowed.map(({ id }) => (
              <li key={id}>
                <Link href={`/console/${id}`} aria-current={id === current?.screen.id ? 'page' : undefined}>
                  {t.screens[id]}
                </Link>
              </li>
            ))}
          </ul>
        </nav>
        <Who />
      </aside>
      <div className="console-content">
        <Content>
          {current && scopes.includes(current.screen.scope) ? (
            <Show screen={current.screen} rest={current.rest} />
          ) : (
            <Refused isThere={current !== null} />
          )}
        </Content>
      </div>
    </div>
  );
}

function Content({ children }: { readonly children: ReactNode }) {
  const common = useTexts('common');
  const reasons = useTexts('console-problems');
  return (
    <MoreReasons value={reasons}>
      <Suspense fallback={<p className="quiet">{common.loading}</p>}>{children}</Suspense>
    </MoreReasons>
  );
}

const loaded = new Map<string, ReturnType<typeof lazy<(props: { rest: string }) => ReactNode>>>();

function Show({ screen, rest }: { readonly screen: Screen; readonly rest: string }) {
  const Content = loaded.get(screen.id) ?? lazy(screen.load);
  loaded.set(screen.id, Content);
  return <Content rest={rest} />;
}

/** Somebody opened an address that is not there, or that their role does not open. */
function Refused({ isThere }: { readonly isThere: boolean }) {
  const t = useTexts('console');
  const common = useTexts('common');
  return (
    <div className="stack">
      <Heading>{isThere ? t.refusedTitle : common.notFoundTitle}</Heading>
      <p>{isThere ? t.refused : common.notFound}</p>
    </div>
  );
}

/** Who is at work here, so that nobody acts under the name of a colleague. */
function Who() {
  const t = useTexts('console');
  const [name, setName] = useState('');
  useEffect(() => {
    // Only the name: if it does not come, the console works all the same.
    client.me().then(
      ({ user }) => setName(user.username),
      () => setName(''),
    );
  }, []);
  return (
    <div className="console-who">
      <p className="small quiet">{name && t.loggedInAs(name)}</p>
      <Button variant="quiet" onClick={() => client.logout().catch(() => {})}>
        {t.logOut}
      </Button>
    </div>
  );
}
