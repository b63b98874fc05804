import '../../components/button.css';
import { Heading } from '../../components/heading.tsx';
import { HelpContact } from '../../components/help-contact.tsx';
import { Link } from '../../router.tsx';
import { settings } from '../../settings.ts';
import { useTexts } from '../../texts/language.tsx';

/** The page was opened without a link, or loaded again. The link of the mail still works. */
export function NoLink() {
  const t = useTexts('password');
  return (
    <div className="stack">
      <Heading>{t.noLinkTitle}</Heading>
      <p>{t.noLink}</p>
      <p className="quiet small">{t.noLinkWhy}</p>
      <WaysOut isPrimary={false} />
    </div>
  );
}

/** The link was used, has expired, or was replaced. The service does not say which, so this page tells all three. */
export function LinkOver({ isInvited }: { readonly isInvited: boolean }) {
  const t = useTexts('password');
  const mayBeInvited = isInvited || window.location.pathname.startsWith('/invite');
  return (
    <div className="stack">
      <Heading>{t.overTitle}</Heading>
      <p>{t.over}</p>
      <p>
        {t.overIfSet} {t.overElse}
      </p>
      <WaysOut isPrimary />
      {mayBeInvited && <p className="quiet small">{t.overAskInviter}</p>}
      {settings.brand.help && (
        <p className="quiet small">
          {t.overAsk} <HelpContact />
        </p>
      )}
    </div>
  );
}

function WaysOut({ isPrimary }: { readonly isPrimary: boolean }) {
  const t = useTexts('password');
  const common = useTexts('common');
  return (
    <div className="stack tight">
      <Link className={`button ${isPrimary ? 'button-primary' : ''}`} href="/forgot">
        {t.newLink}
      </Link>
      <Link className="button" href="/login">
        {common.logIn}
      </Link>
    </div>
  );
}
