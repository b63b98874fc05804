import type { LoggedIn } from '@sallyport/client';
import { Button } from '../../components/button.tsx';
import { Heading } from '../../components/heading.tsx';
import { Notice } from '../../components/notice.tsx';
import { useFormat, useTexts } from '../../texts/language.tsx';

/** Whether a login has something to tell before it goes on. */
export function hasNews(answer: LoggedIn): boolean {
  return (
    answer.backupCodesRemaining !== undefined ||
    answer.graceUntil !== undefined ||
    answer.mfaEncouraged === true
  );
}

type Props = { readonly answer: LoggedIn; readonly onContinue: () => void; readonly onEnrol: () => void };

/** What a login tells: a recovery code is spent, or a second factor is due. */
export function AfterLogin({ answer, onContinue, onEnrol }: Props) {
  return answer.backupCodesRemaining !== undefined ? (
    <RecoveryCodeUsed answer={answer} onContinue={onContinue} />
  ) : (
    <Encouragement answer={answer} onContinue={onContinue} onEnrol={onEnrol} />
  );
}

function RecoveryCodeUsed({ answer, onContinue }: Omit<Props, 'onEnrol'>) {
  const t = useTexts('login');
  return (
    <div className="stack">
      <Heading>{t.recoveryUsedTitle}</Heading>
      <p>{t.recoveryUsed(answer.backupCodesRemaining ?? 0)}</p>
      {answer.newRecoveryCode && (
        <Notice tone="warning">
          <p>{t.newRecoveryCode}</p>
          <p className="mono">{answer.newRecoveryCode}</p>
        </Notice>
      )}
      <p className="quiet">{t.recoveryAdvice}</p>
      <Button variant="primary" onClick={onContinue}>
        {t.continue}
      </Button>
    </div>
  );
}

function Encouragement({ answer, onContinue, onEnrol }: Props) {
  const t = useTexts('login');
  const format = useFormat();
  const { graceUntil } = answer;
  return (
    <div className="stack">
      <Heading>{graceUntil ? t.graceTitle : t.encouragedTitle}</Heading>
      <p>{graceUntil ? t.grace(format.date(graceUntil)) : t.encouraged}</p>
      <Button variant="primary" onClick={onEnrol}>
        {t.setUpNow}
      </Button>
      <Button onClick={onContinue}>{t.later}</Button>
    </div>
  );
}
