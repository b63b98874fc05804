import type { Db } from '../../../db/connect.ts';
import { writeNotice } from '../../domain/notices/notices.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import { enqueueMail } from '../notices/outbox-store.ts';
import type { Unenrolled } from './grace-store.ts';

/** Mails a user the date until which a second factor must be enrolled. Without a mail address it does nothing. */
export async function mailReminder(
  tx: Db,
  { vault, portalUrl }: Pick<Deps, 'vault' | 'portalUrl'>,
  { username, email, endsAt }: Unenrolled,
  now: Date,
): Promise<void> {
  const end = endsAt.toISOString().slice(0, 16).replace('T', ' ');
  const written = writeNotice({
    notice: 'enrol_reminder',
    username,
    about: { words: endsAt > now ? `You have until ${end} UTC` : `Your time ended on ${end} UTC` },
    at: now,
    ip: 'the service itself',
    client: null,
    link: `${portalUrl}/enroll`,
  });
  if (email) await enqueueMail(tx, { vault, mail: { to: email, ...written }, username, now });
}
