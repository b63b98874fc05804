import { sql } from 'kysely';
import type { Db } from '../../../db/connect.ts';
import type { EvidenceUse } from '../../domain/users/help-evidence.ts';

/** Wrong answers that end a check. The throttle of the second factor counts them too, over all checks. */
const mostAttempts = 3;

export type NewCallerCheck = {
  readonly id: string;
  readonly numberMac: string;
  readonly userId: string;
  readonly actorId: string;
  readonly actorIp: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
};

/** Writes a check. It ends the open ones of the same asker for the same account: only the newest number works. */
export async function insertCallerCheck(tx: Db, check: NewCallerCheck): Promise<void> {
  const { userId, actorId, createdAt } = check;
  await tx
    .updateTable('callerChecks')
    .set({ expiresAt: createdAt })
    .where('userId', '=', userId)
    .where('actorId', '=', actorId)
    .where('status', '=', 'open')
    .where('expiresAt', '>', createdAt)
    .execute();
  await tx.insertInto('callerChecks').values(check).execute();
}

export type OpenCallerCheck = {
  readonly id: string;
  readonly userId: string;
  readonly actorId: string;
  readonly actorIp: string;
  readonly challengeId: string | null;
};

/**
 * The open check with this number. `cost` is 1 for an answer that can be guessed: it is counted here, before anything is
 * compared. Undefined if there is no such check, or if it has no attempts left.
 */
export async function claimCallerCheck(
  db: Db,
  { numberMac, cost, now }: { readonly numberMac: string; readonly cost: 0 | 1; readonly now: Date },
): Promise<OpenCallerCheck | undefined> {
  return db
    .updateTable('callerChecks')
    .set(({ eb }) => ({ attempts: eb('attempts', '+', cost) }))
    .where('numberMac', '=', numberMac)
    .where('status', '=', 'open')
    .where('expiresAt', '>', now)
    .where('attempts', '<=', mostAttempts - cost)
    .returning(['id', 'userId', 'actorId', 'actorIp', 'challengeId'])
    .executeTakeFirst();
}

/** Points a check to the challenge that was sent for it. The code of an earlier challenge ends with that. */
export async function pointToChallenge(db: Db, id: string, challengeId: string): Promise<void> {
  await db
    .updateTable('callerChecks')
    .set({ challengeId })
    .where('id', '=', id)
    .where('status', '=', 'open')
    .execute();
}

/** Call it in the transaction that uses the code up. False if the check is over, or another answer was faster. */
export async function passCallerCheck(
  tx: Db,
  {
    id,
    now,
    ...answer
  }: { readonly id: string; readonly method: string; readonly fromAsker: boolean; readonly now: Date },
): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('callerChecks')
    .set({ ...answer, status: 'passed', answeredAt: now })
    .where('id', '=', id)
    .where('status', '=', 'open')
    .where('expiresAt', '>', now)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** Ends a check that has no attempts left, or at once. True for the one request that ended it. */
export async function failCallerCheck(
  db: Db,
  { id, when, now }: { readonly id: string; readonly when: 'exhausted' | 'denied'; readonly now: Date },
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('callerChecks')
    .set({ status: 'failed', answeredAt: now })
    .where('id', '=', id)
    .where('status', '=', 'open')
    .where('attempts', '>=', when === 'exhausted' ? mostAttempts : 0)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** The account, the asker and the check. Together they say whose evidence it is. */
type WhoseCheck = { readonly id: string; readonly userId: string; readonly actorId: string };

/**
 * Uses a check up as evidence, in the transaction of the action. The write is the check: undefined if it is not passed,
 * used already, over, of another account or of another helpdesk member.
 */
export async function spendCallerCheck(
  tx: Db,
  { id, userId, actorId }: WhoseCheck,
  { use, now }: { readonly use: EvidenceUse; readonly now: Date },
): Promise<{ readonly method: string | null; readonly fromAsker: boolean | null } | undefined> {
  return tx
    .updateTable('callerChecks')
    .set({ usedAt: now, usedFor: use })
    .where('id', '=', id)
    .where('userId', '=', userId)
    .where('actorId', '=', actorId)
    .where('status', '=', 'passed')
    .where('usedAt', 'is', null)
    .where('expiresAt', '>', now)
    .returning(['method', 'fromAsker'])
    .executeTakeFirst();
}

/** Ends every check about an account, also the passed ones: the owner says that it was somebody else. */
export async function endCallerChecks(tx: Db, userId: string, now: Date): Promise<void> {
  await tx
    .updateTable('callerChecks')
    .set({ expiresAt: now })
    .where('userId', '=', userId)
    .where('expiresAt', '>', now)
    .execute();
}

export type ReadCallerCheck = NonNullable<Awaited<ReturnType<typeof findCallerCheck>>>;

/** A check of this asker about this account. */
export async function findCallerCheck(db: Db, { id, ...whose }: WhoseCheck) {
  return checksOf(db, whose).where('id', '=', id).executeTakeFirst();
}

/** The checks of this asker about this account that have not expired, newest first. */
export async function listCallerChecks(
  db: Db,
  whose: Omit<WhoseCheck, 'id'>,
  now: Date,
): Promise<ReadCallerCheck[]> {
  return checksOf(db, whose).where('expiresAt', '>', now).orderBy('createdAt', 'desc').execute();
}

function checksOf(db: Db, { userId, actorId }: Omit<WhoseCheck, 'id'>) {
  return db
    .selectFrom('callerChecks')
    .select(['id', 'status', 'method', 'fromAsker', 'createdAt', 'expiresAt', 'answeredAt', 'usedAt'])
    .select(sql<EvidenceUse | null>`used_for`.as('usedFor'))
    .where('userId', '=', userId)
    .where('actorId', '=', actorId);
}
