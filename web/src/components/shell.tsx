import type { ReactNode } from 'react';
import mark from '../assets/icon.svg';
import { Link } from '../router.tsx';
import { saveLanguage } from '../session.ts';
import { settings } from '../settings.ts';
import { type Language, languages } from '../texts/catalogues.ts';
import { useLanguage, useTexts } from '../texts/language.tsx';
import { HelpContact } from './help-contact.tsx';

import './shell.css';

/** What surrounds every page: the brand, whom to ask for help, the language. */
export function Shell({ layout, children }: { layout: 'card' | 'wide'; children: ReactNode }) {
  const t = useTexts('common');
  return (
    <div className={`shell shell-${layout}`}>
      <a className="skip" href="#main">
        {t.skipToContent}
      </a>
      <header className="shell-header">
        <Brand />
      </header>
      <main id="main" tabIndex={-1}>
        {children}
      </main>
      <footer className="shell-footer">
        <Help />
        <LanguageSwitch />
      </footer>
    </div>
  );
}

function Brand() {
  const { name, logo } = settings.brand;
  return (
    <Link href="/" className="brand">
      {logo ? (
        <img className="brand-logo" src={logo} alt={name} />
      ) : (
        <>
          <img src={mark} alt="" width={28} height={28} /> {name}
        </>
      )}
    </Link>
  );
}

function Help() {
  const t = useTexts('common');
  if (!settings.brand.help) return <p>{t.helpFromAdministrator}</p>;
  return (
    <p>
      {t.helpFrom} <HelpContact />
    </p>
  );
}

function LanguageSwitch() {
  const { language, setLanguage } = useLanguage();
  const t = useTexts('common');
  return (
    <fieldset className="languages">
      <legend className="visually-hidden">{t.language}</legend>
      {Object.entries(languages).map(([tag, name]) => (
        <button
          key={tag}
          type="button"
          lang={tag}
          aria-pressed={tag === language}
          onClick={() => {
            setLanguage(tag as Language);
            saveLanguage(tag as Language);
          }}
        >
          {name}
        </button>
      ))}
    </fieldset>
  );
}
