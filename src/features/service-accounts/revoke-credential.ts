import { inTransaction } from '../../../db/in-transaction.ts';
import { writeAudit } from '../audit/audit-store.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { Origin } from '../../lib/client-info.ts';
import { notFound } from '../../lib/problem.ts';
import { saveRevocation } from './service-account-store.ts';
import { tellServiceChanged } from './service-token-store.ts';

/** Bites on the tokens that were fetched with it, at once and everywhere. 404 for one of another account. */
export async function revokeCredential(
  deps: Pick<Deps, 'db' | 'services'>,
  actorId: string | null,
  accountId: string,
  credentialId: string,
  origin: Origin,
): Promise<void> {
  const now = new Date();
  await inTransaction(deps.db, async (tx) => {
    if (!(await saveRevocation(tx, accountId, credentialId, now)))
      throw notFound({ detail: 'The account has no such credential that is not revoked.' });
    const about = { userId: accountId, actorId, area: 'service', detail: { credential: credentialId } };
    await writeAudit(tx, { type: 'service_credential_revoked', outcome: 'success', ...about }, origin, now);
    await tellServiceChanged(tx, accountId);
  });
  deps.services.forgetAccount(accountId);
}
