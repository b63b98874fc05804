import { useTexts } from '../../texts/language.tsx';
import { Panel } from './panel.tsx';

export function PasswordPanel() {
  const t = useTexts('security');
  return (
    <Panel title={t.passwordTitle} intro={t.passwordWhat}>
      <p>
        <a className="button" href="#password">
          {t.changePassword}
        </a>
      </p>
    </Panel>
  );
}
