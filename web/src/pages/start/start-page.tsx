import '../../components/button.css';
import { Heading } from '../../components/heading.tsx';
import { Link } from '../../router.tsx';
import { settings } from '../../settings.ts';
import { useTexts } from '../../texts/language.tsx';

/** `/`: what this is, and where to go. */
export default function StartPage() {
  const t = useTexts('start');
  return (
    <div className="stack">
      <Heading>{t.title}</Heading>
      <p className="quiet">{t.what}</p>
      <Link className="button button-primary" href="/login">
        {t.logIn}
      </Link>
      <ul className="plain-list stack tight">
        <li>
          <Link href="/security">{t.security}</Link>
        </li>
        <li>
          <Link href="/console">{t.console}</Link>
        </li>
        {settings.docs && (
          <li>
            <a href="/docs">{t.docs}</a>
          </li>
        )}
      </ul>
    </div>
  );
}
