import { sql } from 'kysely';
import type { Db } from '../../../db/connect.ts';

export type SigningKeyRow = {
  readonly kid: string;
  readonly publicJwk: Readonly<Record<string, unknown>>;
  readonly privateSealed: string;
  readonly createdAt: Date;
  readonly signsFrom: Date;
};

/** Lets only one transaction at a time change the signing keys, across all instances. */
export async function lockSigningKeys(tx: Db): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtext('sallyport signing keys'))`.execute(tx);
}

export async function findSigningKeys(db: Db): Promise<readonly SigningKeyRow[]> {
  return db.selectFrom('signingKeys').selectAll().execute();
}

export async function insertSigningKey(db: Db, key: SigningKeyRow): Promise<void> {
  const publicJwk = JSON.stringify(key.publicJwk);
  await db
    .insertInto('signingKeys')
    .values({ ...key, publicJwk })
    .execute();
}

/** Deletes the key with its private part. Every token that the key signed becomes invalid. */
export async function deleteSigningKey(db: Db, kid: string): Promise<void> {
  await db.deleteFrom('signingKeys').where('kid', '=', kid).execute();
}

export const signingKeyChannel = 'sallyport_signing_keys';

/** Makes every instance read the keys again (PostgreSQL NOTIFY, sent on commit). */
export async function publishSigningKeysChanged(db: Db): Promise<void> {
  await sql`select pg_notify(${signingKeyChannel}, '')`.execute(db);
}
