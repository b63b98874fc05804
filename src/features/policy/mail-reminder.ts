import type { Db } from '../../../db/connect.ts';
import { writeNotice } from '../../domain/notices/notices.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import { enqueueMail } from '../notices/outbox-store.ts';
import type { Unenrolled } from './grace-store.ts';

/** Mails a user the date until which a second factor must be enrolled. Without a mail address it does nothing. */
export async function mailReminder(
  tx: Db,
  { vault, letterhead, portalUrl }: Pick<Deps, 'vault' | 'letterhead' | 'portalUrl'>,
  { username, email, language, endsAt }: Unenrolled,
  now: Date,
): Promise<void> {
  const written = writeNotice(letterhead, {
    notice: 'enrol_reminder',
    user: { username, language },
    about: { enrolUntil: endsAt, ended: endsAt <= now },
    at: now,
    ip: null,
    client: null,
    link: `${portalUrl}/enroll`,
  });
  if (email) await enqueueMail(tx, { vault, mail: { to: email, ...written }, username, now });
}
