import { Button } from '../../components/button.tsx';
import { Heading } from '../../components/heading.tsx';
import { HelpContact } from '../../components/help-contact.tsx';
import { settings } from '../../settings.ts';
import { useTexts } from '../../texts/language.tsx';

/** The recovery ended, was stopped, or the account was changed. */
export function Over({ onAgain }: { readonly onAgain: () => void }) {
  const t = useTexts('recover');
  return (
    <div className="stack">
      <Heading>{t.overTitle}</Heading>
      <p>{t.over}</p>
      <Button variant="primary" onClick={onAgain}>
        {t.startAgain}
      </Button>
      {settings.brand.help && (
        <p className="quiet small">
          <HelpContact />
        </p>
      )}
    </div>
  );
}
