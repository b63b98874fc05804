import type { Mail } from '../../src/platform/adapters/messages.ts';
import type { Account } from './facts.ts';
import type { History } from './history.ts';

type Written = Mail & {
  readonly notMe?: { readonly token: string; readonly notice: string; readonly writtenAt: string };
};

/** What waits for somebody in the outbox, the oldest first. It leaves with that, and nothing of others does. */
export async function mailsOf(h: History, owner: Account): Promise<readonly Written[]> {
  const { world, now } = h;
  const rows = await world.database.db
    .deleteFrom('outbox')
    .where('username', '=', owner.username)
    .where('nextAttemptAt', '<=', new Date(now() * 1000))
    .returning(['id', 'number', 'messageSealed'])
    .execute();
  const mails = rows
    .sort((one, other) => one.number - other.number)
    .map(
      ({ id, messageSealed }): Written =>
        JSON.parse(
          world.deps.vault.decrypt(messageSealed, { table: 'outbox', row: id, column: 'message_sealed' }),
        ),
    );
  for (const { notMe } of mails)
    if (notMe)
      h.letters.push({
        token: notMe.token,
        owner,
        notice: notMe.notice,
        writtenAt: new Date(notMe.writtenAt).getTime() / 1000,
        leftAt: null,
        over: false,
      });
  return mails;
}
