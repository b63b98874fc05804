import { randomUUID } from 'node:crypto';
import { inTransaction } from '../../../db/in-transaction.ts';
import type { ServiceAccount } from '../../domain/service-accounts/service-account.ts';
import { conflict } from '../../lib/problem.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { AuditContext } from '../../platform/kernel/request-context.ts';
import { writeAudit } from '../audit/audit-store.ts';
import { assertWindow } from './change-service-account.ts';
import { insertServiceAccount, type StoredAccount } from './service-account-store.ts';

export type ServiceAccountInput = Pick<
  ServiceAccount,
  'name' | 'owner' | 'description' | 'scopes' | 'networks' | 'enabledFrom' | 'enabledUntil'
>;

/**
 * Creates an account without a credential, so it cannot do anything yet. Throws 400 if the window is invalid, or 409 if
 * the name is taken.
 */
export async function createServiceAccount(
  deps: Pick<Deps, 'db'>,
  ctx: AuditContext,
  actorId: string | null,
  input: ServiceAccountInput,
): Promise<StoredAccount> {
  assertWindow(input, ctx.now);
  const scopes = [...new Set(input.scopes)];
  const account = { ...input, scopes, id: randomUUID(), createdAt: ctx.now };
  await inTransaction(deps.db, async (tx) => {
    const made = await insertServiceAccount(tx, account);
    if (!made) throw conflict({ detail: `A service account named ${input.name} already exists.` });
    const about = { userId: account.id, actorId, area: 'service', detail: { scopes } };
    await writeAudit(tx, ctx, { type: 'service_account_created', outcome: 'success', ...about });
  });
  return { ...account, status: 'active', version: 1, credentials: [] };
}
