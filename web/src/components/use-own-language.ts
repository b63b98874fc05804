import { useEffect } from 'react';
import { choseLanguage, client, useAuthState } from '../session.ts';
import { type Language, languages } from '../texts/catalogues.ts';
import { useLanguage } from '../texts/language.tsx';

/** The session whose owner was asked about. */
let asked: string | null = null;

/**
 * After a login, the page speaks the language that is saved in the account. A language that the person chose on the way
 * to the login stays. If nobody has chosen one, the page keeps its own.
 */
export function useOwnLanguage(): void {
  const { setLanguage } = useLanguage();
  const state = useAuthState();
  const session = state.status === 'authenticated' ? state.sessionId : null;
  useEffect(() => {
    if (asked === session) return;
    asked = session;
    if (choseLanguage() || session === null) return; // what somebody chose before a logout is of no account after it
    client.me().then(
      ({ user: { language } }) => {
        if (language && language in languages && !choseLanguage()) setLanguage(language as Language);
      },
      () => {}, // then the page keeps its own
    );
  }, [session, setLanguage]);
}
