import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { AccessDeps } from '../../src/api/access/authenticate.ts';
import { encryptJson, factorData } from '../../src/features/mfa/factor-store.ts';
import { openChallenge } from '../../src/features/mfa/open-challenge.ts';
import { Problem } from '../../src/lib/problem.ts';
import { freshPhone } from './second-factor.ts';
import type { World } from './world.ts';

/** Sends a code to a number that somebody new enrols, as every endpoint does. Gives the challenge, or why there is none. */
export async function sendTo(deps: AccessDeps, phone = freshPhone()) {
  const factor = { id: randomUUID(), userId: randomUUID() };
  const dataSealed = encryptJson(deps.vault, { phone }, factorData(factor));
  const unlocked = { lockedUntil: null, reportedUntil: null };
  const user = { id: factor.userId, username: 'new', email: null, language: null, ...unlocked };
  try {
    return (
      await openChallenge(deps, { factor: { ...factor, method: 'sms', dataSealed }, user, now: new Date() })
    ).challenge;
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
}

/** So many one after the other; the first of them are answered. */
export async function sendMany(deps: AccessDeps, count: number, answered: number, phoneOf = freshPhone) {
  for (let one = 0; one < count; one += 1) {
    const sent = await sendTo(deps, phoneOf());
    if ('id' in sent && one < answered) await answer(deps, sent.id);
  }
}

export async function answer({ db }: Pick<AccessDeps, 'db'>, id: string): Promise<void> {
  await db.updateTable('smsTexts').set({ answeredAt: new Date() }).where('id', '=', id).execute();
}

/** As if this budget were spent for today. */
export async function drain({ database }: World, subject: string): Promise<void> {
  const tomorrow = new Date((Math.floor(Date.now() / 86_400_000) + 1) * 86_400_000);
  await sql`insert into sends (subject, sent, window_ends_at, last_sent_at)
    values (${subject}, 10000000, ${tomorrow}, ${new Date()})
    on conflict (subject) do update set sent = excluded.sent, window_ends_at = excluded.window_ends_at`.execute(
    database.db,
  );
}

export async function refill({ database }: World): Promise<void> {
  await database.db.deleteFrom('sends').where('subject', 'like', 'sms:%').execute();
}

export async function spentOf({ database }: World, subject: string): Promise<number> {
  const row = await database.db
    .selectFrom('sends')
    .select('sent')
    .where('subject', '=', subject)
    .executeTakeFirst();
  return row?.sent ?? 0;
}
