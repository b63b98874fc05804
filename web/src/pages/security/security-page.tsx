import { useEffect, useState, useSyncExternalStore } from 'react';
import { Button } from '../../components/button.tsx';
import { RecoveryCodes } from '../../components/enrol/recovery-codes.tsx';
import { Heading } from '../../components/heading.tsx';
import { Notice } from '../../components/notice.tsx';
import { MoreReasons, ProblemAlert } from '../../components/problem.tsx';
import { SignedIn } from '../../components/signed-in.tsx';
import { useAction } from '../../components/use-action.ts';
import { client } from '../../session.ts';
import { useTexts } from '../../texts/language.tsx';
import { useMe, useRefresh } from './account.ts';
import { ActivityPanel } from './activity-panel.tsx';
import { AddFactor } from './add-factor.tsx';
import { ChangePassword } from './change-password.tsx';
import { ColleaguesPanel } from './colleagues-panel.tsx';
import { DevicesPanel } from './devices-panel.tsx';
import { FactorsPanel } from './factors-panel.tsx';
import { FormerFactorsPanel } from './former-factors-panel.tsx';
import { NewCodes } from './new-codes.tsx';
import { PasswordPanel } from './password-panel.tsx';
import { RecoveryPanel } from './recovery-panel.tsx';
import './security.css';
import { SessionsPanel } from './sessions-panel.tsx';

const sections = ['factors', 'sessions', 'activity'] as const;
type Section = (typeof sections)[number];
/** What the page shows: one of its sections, or a form in place of them. It is the fragment of the address. */
type View = Section | 'add' | 'codes' | 'password';
const views: readonly string[] = [...sections, 'add', 'codes', 'password'];

/** Where mails and password managers lead, if there is no fragment. */
const firstViews: Readonly<Record<string, View>> = { '/enroll': 'add', '/change-password': 'password' };

/** `/security`: what the owner of an account sees of it and changes in it. */
export default function SecurityPage() {
  return (
    <SignedIn>
      <Reasons />
    </SignedIn>
  );
}

function Reasons() {
  return (
    <MoreReasons value={useTexts('security').reasons}>
      <Account />
    </MoreReasons>
  );
}

function Account() {
  const t = useTexts('security');
  const common = useTexts('enrol');
  const view = useView();
  const refresh = useRefresh();
  const [said, setSaid] = useState<{ readonly words: string; readonly on: View } | null>(null);
  const [codes, setCodes] = useState<{ readonly codes: readonly string[]; readonly done: string } | null>(
    null,
  );

  const goTo = (next: View, words = '') => {
    setSaid({ words, on: next });
    window.location.hash = next;
  };
  const say = (words: string) => setSaid({ words, on: view });
  const giveCodes = (given: readonly string[], done: string) => setCodes({ codes: given, done });

  // The page never leaves codes that are shown only once before their owner says that they are saved.
  if (codes)
    return (
      <div className="security-form panel">
        <RecoveryCodes
          codes={codes.codes}
          onDone={() => {
            setCodes(null);
            goTo('factors', codes.done);
          }}
        />
      </div>
    );
  return (
    <div className="security">
      <Navigation view={view} />
      <div className="stack">
        {sections.includes(view as Section) && <Heading key={view}>{t.sections[view as Section]}</Heading>}
        <div role="status">
          {said?.words && said.on === view && (
            <Notice tone="success">
              <p>{said.words}</p>
            </Notice>
          )}
        </div>
        {view === 'factors' && (
          <>
            <FactorsPanel say={say} />
            <RecoveryPanel />
            <ColleaguesPanel say={say} />
            <PasswordPanel say={say} />
          </>
        )}
        {view === 'sessions' && (
          <>
            <SessionsPanel say={say} />
            <DevicesPanel say={say} />
          </>
        )}
        {view === 'activity' && (
          <>
            <ActivityPanel />
            <FormerFactorsPanel />
          </>
        )}
        {view === 'add' && (
          <AddFactor
            onCancel={() => goTo('factors')}
            onDone={async (answer) => {
              const words = answer.recoveryCodes ? common.done : t.factorAdded;
              if (answer.recoveryCodes) giveCodes(answer.recoveryCodes, words);
              else goTo('factors', words);
              await refresh();
            }}
          />
        )}
        {view === 'codes' && (
          <NewCodes onCancel={() => goTo('factors')} onDone={(given) => giveCodes(given, t.codesKept)} />
        )}
        {view === 'password' && (
          <ChangePassword
            onCancel={() => goTo('factors')}
            onDone={() => goTo('factors', t.passwordChanged)}
          />
        )}
      </div>
    </div>
  );
}

function Navigation({ view }: { readonly view: View }) {
  const t = useTexts('security');
  const { data: me } = useMe();
  const { isBusy, error, run } = useAction();
  const current = sections.includes(view as Section) ? view : 'factors';
  return (
    <div className="security-side">
      <div>
        <p className="quiet small">{t.account}</p>
        <p className="security-name">{me?.user.username}</p>
      </div>
      <nav aria-label={t.parts}>
        <ul className="plain-list security-nav">
          {sections.map((section) => (
            <li key={section}>
              <a href={`#${section}`} aria-current={section === current ? 'page' : undefined}>
                {t.sections[section]}
              </a>
            </li>
          ))}
        </ul>
      </nav>
      <ProblemAlert error={error} />
      <Button className="security-out" isBusy={isBusy} onClick={() => run(() => client.logout())}>
        {t.logOut}
      </Button>
    </div>
  );
}

function useView(): View {
  const hash = useSyncExternalStore(onHash, () => window.location.hash.slice(1));
  const [view, setView] = useState<View>(
    () => (asView(hash) ?? firstViews[window.location.pathname] ?? 'factors') as View,
  );
  // Another fragment, such as that of the link to the content, leaves the view as it is.
  useEffect(() => setView((before) => asView(hash) ?? before), [hash]);
  return view;
}

function asView(hash: string): View | null {
  return views.includes(hash) ? (hash as View) : null;
}

function onHash(listener: () => void): () => void {
  window.addEventListener('hashchange', listener);
  return () => window.removeEventListener('hashchange', listener);
}
