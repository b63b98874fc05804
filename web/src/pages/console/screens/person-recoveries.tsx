import { Notice } from '../../../components/notice.tsx';
import { useFormat, useTexts } from '../../../texts/language.tsx';
import type { User } from './person-rules.ts';

/** Recoveries by the owner that go on. The helpdesk can stop them: see help-dialog.tsx. */
export function PersonRecoveries({ user }: { readonly user: User }) {
  const t = useTexts('console-people');
  const format = useFormat();
  if (user.recoveries.length === 0) return null;
  return (
    <Notice tone="warning">
      <p>{t.recoveries}</p>
      <ul>
        {user.recoveries.map((one) => (
          <li key={one.id}>
            {one.ready_at
              ? t.recoveryWaits(format.dateTime(one.begun_at), one.ip, format.dateTime(one.ready_at))
              : t.recoveryBegun(format.dateTime(one.begun_at), one.ip)}
          </li>
        ))}
      </ul>
    </Notice>
  );
}
