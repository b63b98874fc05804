import { type RawBuilder, sql } from 'kysely';
import type { Db } from '../../../db/connect.ts';

/**
 * What a grant is decided on: a user as they were read, and the session that asks, if one does. Every change of password,
 * roles, status or factors and every helpdesk action raises the security version, so the facts hold while it is the same.
 */
export type Basis = {
  readonly userId: string;
  readonly securityVersion: number;
  readonly sessionId?: string | null;
};

export const sharing = sql`for share of u`;
/** Of who goes on to change the row in the same transaction: two who share it would wait for each other. */
export const changing = sql`for no key update of u`;

/**
 * The row `u` of an active user whose facts still hold; none where they do not. It is locked, so a change waits until the
 * grant is written, and then finds it to end it. A statement that waits for a change looks at the row again (PostgreSQL 13.2.1).
 */
function heldUser({ userId, securityVersion, sessionId = null }: Basis, lock = sharing) {
  return sql`
    select u.id from users u
    where u.id = ${userId}::uuid and u.security_version = ${securityVersion} and u.status = 'active'
      and (${sessionId}::uuid is null
        or exists (select from sessions of_now where of_now.id = ${sessionId}::uuid and of_now.ended_at is null)) ${lock}`;
}

/** The CTE `held` of a statement that grants something: what it writes is conditional on `exists (select from held)`. */
export function heldCte(basis: Basis, lock: RawBuilder<unknown> = sharing) {
  return sql`held as (${heldUser(basis, lock)})`;
}

/** Holds a user's row still until the transaction ends. False where the facts no longer hold. */
export async function holdUser(tx: Db, basis: Basis): Promise<boolean> {
  const { rows } = await heldUser(basis, changing).execute(tx);
  return rows.length === 1;
}

export const ifHeld = sql`and exists (select from held)`;
