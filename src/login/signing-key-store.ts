import { sql } from 'kysely';
import type { Db } from '../../db/connect.ts';

export type SigningKeyRow = {
  readonly kid: string;
  readonly publicJwk: Readonly<Record<string, unknown>>;
  readonly privateSealed: string;
  readonly createdAt: Date;
};

/** Only one instance at a time gets past this until its transaction ends. */
export async function lockSigningKeys(tx: Db): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtext('sallyport signing keys'))`.execute(tx);
}

/** Newest first. */
export async function findSigningKeys(db: Db): Promise<readonly SigningKeyRow[]> {
  return db.selectFrom('signingKeys').selectAll().orderBy('createdAt', 'desc').execute();
}

export async function insertSigningKey(db: Db, key: SigningKeyRow): Promise<void> {
  const publicJwk = JSON.stringify(key.publicJwk);
  await db
    .insertInto('signingKeys')
    .values({ ...key, publicJwk })
    .execute();
}
