import { randomUUID } from 'node:crypto';
import { inTransaction } from '../../../db/in-transaction.ts';
import { networkOf } from '../../lib/client-info.ts';
import { conflict } from '../../lib/problem.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { AuditContext } from '../../platform/kernel/request-context.ts';
import { writeAudit } from '../audit/audit-store.ts';
import { assertNewPassword } from '../passwords/check-new-password.ts';
import { assertWellFormed, type UserFields } from './user-faults.ts';
import { insertUser } from './user-store.ts';

export type UserInput = UserFields & { readonly password: string };

/** Throws 400 invalid-request, 422 password-rejected, or 409 conflict if the username is taken. Returns the new id. */
export async function createUser(
  deps: Pick<Deps, 'db' | 'hasher' | 'passwordRules'>,
  ctx: AuditContext,
  input: UserInput,
): Promise<string> {
  assertWellFormed(input);
  const username = input.username.toLowerCase();
  assertNewPassword(deps, { ...input, username }, input.password);

  const passwordHash = await deps.hasher.hash(input.password, networkOf(ctx.client.ip));
  const id = randomUUID();
  const { email, phone, roles, language } = input;
  await inTransaction(deps.db, async (tx) => {
    const made = await insertUser(tx, { id, username, email, phone, language, roles, passwordHash }, ctx.now);
    if (!made) throw conflict({ detail: `A user named ${username} already exists.` });
    const event = { type: 'user_created', outcome: 'success', userId: id, detail: { roles } } as const;
    await writeAudit(tx, ctx, event);
  });
  return id;
}
