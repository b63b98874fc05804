import { type RawBuilder, type Selectable, sql } from 'kysely';
import type { Db } from '../../../db/connect.ts';
import type { Tables } from '../../../db/schema.ts';
import type { MFAProvider } from '../../domain/mfa/provider.ts';
import type { Lock } from '../../domain/throttling/second-factor-throttle.ts';
import type { AssociatedData, Vault } from '../../lib/crypto/vault.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import { lockOfUser } from '../throttling/throttle-store.ts';

/** A confirmed factor as the use cases read it. Its data are still encrypted. */
export type FactorRow = {
  readonly id: string;
  readonly userId: string;
  readonly method: string;
  readonly label: string;
  readonly hint: string | null;
  readonly dataSealed: string;
  readonly isDefault: boolean;
  readonly isBackup: boolean;
  /** Disabled after too many wrong answers. It proves nothing any more, but its owner still counts as enrolled. */
  readonly disabled: boolean;
  readonly version: number;
};

/** The owner of factors. */
export type Holder = {
  readonly id: string;
  readonly username: string;
  readonly email: string | null;
  readonly language: string | null;
};

/** The associated data contain the user id, so that a row that was moved to another user cannot be decrypted. */
export function factorData(factor: { readonly id: string; readonly userId: string }): AssociatedData {
  return { table: 'factors', row: `${factor.userId}/${factor.id}`, column: 'data_sealed' };
}

export function challengeData(challenge: { readonly id: string; readonly factorId: string }): AssociatedData {
  return { table: 'challenges', row: `${challenge.factorId}/${challenge.id}`, column: 'state_sealed' };
}

export function decryptJson(vault: Vault, sealed: string, associatedData: AssociatedData): unknown {
  return JSON.parse(vault.decrypt(sealed, associatedData));
}

export function encryptJson(vault: Vault, value: unknown, associatedData: AssociatedData): string {
  return vault.encrypt(JSON.stringify(value), associatedData);
}

type Owner = Pick<Selectable<Tables['users']>, OwnerColumn> & Lock;
type OwnerColumn =
  | ('id' | 'username' | 'email' | 'language' | 'phone' | 'roles' | 'status' | 'version' | 'securityVersion')
  | ('passwordHash' | 'passwordHistory' | 'passwordChangedAt' | 'passwordByMail' | 'passwordless')
  | 'factorsChangedAt';

export async function findUserWithFactors(db: Db, userId: string) {
  const { rows } = await sql<Owner>`
    select u.id, u.username, u.email, u.language, u.phone, u.roles, u.status, u.password_hash, u.password_history,
      u.password_changed_at, u.version, u.password_by_mail, u.passwordless, u.factors_changed_at, u.security_version, ${lockOfUser}
    from users u where u.id = ${userId}::uuid`.execute(db);
  const [user] = rows;
  return user && { user, factors: await listFactors(db, userId) };
}

/** All confirmed factors, the default first, with the times that the owner sees. */
export async function listFactors(db: Db, userId: string) {
  const rows = await db
    .selectFrom('factors')
    .selectAll()
    .where('userId', '=', userId)
    .where('confirmedAt', 'is not', null)
    .orderBy('isDefault', 'desc')
    .orderBy('createdAt')
    .orderBy('id')
    .execute();
  return rows.map((row) => ({ ...row, disabled: row.disabledAt !== null }));
}

export type NewFactor = {
  readonly id: string;
  readonly userId: string;
  readonly method: string;
  readonly label: string;
  readonly hint: string | null;
  readonly dataSealed: string;
  readonly isBackup: boolean;
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  readonly confirmedAt: Date | null;
};

export async function insertFactor(db: Db, factor: NewFactor): Promise<void> {
  await db.insertInto('factors').values(factor).execute();
}

/**
 * As a piece of SQL: inserts a confirmed default factor for each row of `about`, which has id, user_id, method, label
 * and data_sealed.
 */
export function factorInsertEach(about: RawBuilder<unknown>, now: Date) {
  return sql`
    insert into factors (id, user_id, method, label, data_sealed, is_default, created_at, confirmed_at)
    select id, user_id, method, label, data_sealed, true, ${now}::timestamptz, ${now}::timestamptz from (${about}) about`;
}

/** A new pending factor of a method replaces the last one, so that pending factors never pile up. */
export async function deletePending(db: Db, userId: string, method: string): Promise<void> {
  await db
    .deleteFrom('factors')
    .where('userId', '=', userId)
    .where('method', '=', method)
    .where('confirmedAt', 'is', null)
    .execute();
}

/** Deletes every pending factor: an enrolment that was begun before a factor was confirmed must not succeed later. */
export async function deleteOtherPending(db: Db, userId: string): Promise<void> {
  await db.deleteFrom('factors').where('userId', '=', userId).where('confirmedAt', 'is', null).execute();
}

export async function makeDefault(db: Db, userId: string, id: string): Promise<void> {
  const isDefault = sql<boolean>`id = ${id}::uuid`;
  await db.updateTable('factors').set({ isDefault }).where('userId', '=', userId).execute();
}

/** Returns how many factors were disabled. The new version makes a concurrent verification read the factor again. */
export async function enableFactors(db: Db, userId: string): Promise<number> {
  const { numUpdatedRows } = await db
    .updateTable('factors')
    .set((eb) => ({ disabledAt: null, version: eb('version', '+', 1) }))
    .where('userId', '=', userId)
    .where('disabledAt', 'is not', null)
    .executeTakeFirst();
  return Number(numUpdatedRows);
}

/** False if the factor was removed meanwhile. */
export async function renameFactor(db: Db, id: string, label: string): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('factors')
    .set({ label })
    .where('id', '=', id)
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

type Encrypted = { readonly id: string; readonly userId: string; readonly dataSealed: string };

/** The data that a method keeps on a factor, decrypted and parsed by the method's own schema. */
export function dataOf({ vault }: Pick<Deps, 'vault'>, provider: MFAProvider, factor: Encrypted): unknown {
  return provider.data.parse(decryptJson(vault, factor.dataSealed, factorData(factor)));
}
