import { Notice } from '../../components/notice.tsx';
import { useTexts } from '../../texts/language.tsx';
import { useStatus } from './account.ts';
import { Panel } from './panel.tsx';

const few = 3;

/** How many recovery codes are left. There are none without a second factor. */
export function RecoveryPanel() {
  const t = useTexts('security');
  const { data } = useStatus();
  if (!data?.enabled) return null;
  const left = data.backup_codes_remaining;
  return (
    <Panel title={t.codesTitle} intro={t.codesWhat}>
      {left <= few ? (
        <Notice tone="warning">
          <p>
            {t.codesLeft(left)} {t.codesFew}
          </p>
        </Notice>
      ) : (
        <p>{t.codesLeft(left)}</p>
      )}
      <p>
        <a className="button" href="#codes">
          {t.newCodes}
        </a>
      </p>
    </Panel>
  );
}
