import { useCountdown } from '../../../components/countdown.tsx';
import { Notice } from '../../../components/notice.tsx';
import { useFormat, useTexts } from '../../../texts/language.tsx';
import type { User } from './person-rules.ts';

/** What is locked, and for how long. */
export function PersonLock({ user }: { readonly user: User }) {
  const t = useTexts('console-people');
  const format = useFormat();
  const { retry_after: wait, wrong_in_a_row: wrong, attempts_remaining: remaining } = user.second_factor;
  const until = wait === null ? undefined : user.readAt + wait * 1000;
  const left = useCountdown(until);
  const { blocked_networks: networks } = user.passwords;
  const reported = user.reported_at;
  const hasWrong = wrong > 0 || user.passwords.wrong > 0;
  if (left === 0 && networks === 0 && reported === null)
    return hasWrong ? <Notice>{t.wrongLately(wrong, user.passwords.wrong, remaining)}</Notice> : null;
  return (
    <Notice tone="warning">
      {reported !== null && <p>{t.reported(format.dateTime(reported))}</p>}
      {until !== undefined && left > 0 && (
        <p>
          {t.lockedUntil(format.time(until))} <span aria-hidden="true">({format.clock(left)})</span>
        </p>
      )}
      {networks > 0 && <p>{t.passwordsBlocked(networks)}</p>}
    </Notice>
  );
}
