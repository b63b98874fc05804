import { type RawBuilder, sql } from 'kysely';
import type { Db } from '../../../db/connect.ts';

/**
 * The facts that a grant is decided on: the user's security version as read, and the session of the request, if any.
 * Every change of password, roles, status or factors raises the security version. So does every helpdesk action.
 * While the version is the same, the facts are still true.
 */
export type Basis = {
  readonly userId: string;
  readonly securityVersion: number;
  readonly sessionId?: string | null;
};

export const sharing = sql`for share of u`;
/**
 * For a caller that updates the row later in the same transaction. Two transactions that share the lock would then
 * wait for each other.
 */
export const changing = sql`for no key update of u`;

/**
 * Selects the row `u` of an active user if the facts are still true, and no row otherwise. The statement locks the
 * row, so a concurrent change waits until the grant is written. The change then sees the grant and can end it. A
 * statement that waited for a change evaluates the row again (PostgreSQL documentation, 13.2.1).
 */
function heldUser({ userId, securityVersion, sessionId = null }: Basis, lock = sharing) {
  return sql`
    select u.id from users u
    where u.id = ${userId}::uuid and u.security_version = ${securityVersion} and u.status = 'active'
      and (${sessionId}::uuid is null
        or exists (select from sessions of_now where of_now.id = ${sessionId}::uuid and of_now.ended_at is null)) ${lock}`;
}

/**
 * The CTE `held` of a statement that grants something. The statement must make its writes conditional on `exists
 * (select from held)`.
 */
export function heldCte(basis: Basis, lock: RawBuilder<unknown> = sharing) {
  return sql`held as (${heldUser(basis, lock)})`;
}

/** Locks the user's row until the transaction ends. Returns false if the facts are no longer true. */
export async function holdUser(tx: Db, basis: Basis): Promise<boolean> {
  const { rows } = await heldUser(basis, changing).execute(tx);
  return rows.length === 1;
}

export const ifHeld = sql`and exists (select from held)`;
