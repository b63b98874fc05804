import { inTransaction } from '../../../db/in-transaction.ts';
import { primaryFactors } from '../../domain/mfa/primary-factors.ts';
import type { SessionPrincipal } from '../../domain/sessions/principal.ts';
import { notFound } from '../../lib/problem.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { AuditContext } from '../../platform/kernel/request-context.ts';
import { writeAudit } from '../audit/audit-store.ts';
import { listFactors, makeDefault, renameFactor } from './factor-store.ts';
import { modelOf } from './mfa-status.ts';
import { requireReauthentication, type StepUpCredential } from './require-reauthentication.ts';

export type FactorChange = { readonly label: string | undefined; readonly isDefault: true | undefined };

/**
 * Renames a factor or makes it the default of a login. A label is protected like a factor: the owner recognises an
 * unknown factor by its label. Throws 404 if the user has no such factor.
 */
export async function changeFactor(
  deps: Deps,
  ctx: AuditContext,
  {
    principal,
    factorId,
    change: { label, isDefault },
    credential,
  }: {
    readonly principal: SessionPrincipal;
    readonly factorId: string;
    readonly change: FactorChange;
    readonly credential: StepUpCredential;
  },
) {
  const { userId, area, id: sessionId } = principal.session;
  const factors = await listFactors(deps.db, userId);
  const factor = primaryFactors(factors).find(({ id }) => id === factorId);
  if (!factor) throw notFound({ detail: 'You have no such factor.' });
  await requireReauthentication(deps, ctx, {
    principal,
    input: { factors, passwordByMail: false },
    credential,
  });

  await inTransaction(deps.db, async (tx) => {
    if (label !== undefined && !(await renameFactor(tx, factorId, label))) throw notFound();
    if (isDefault) await makeDefault(tx, userId, factorId);
    const about = { userId, area, sessionId, method: factor.method, factorId };
    await writeAudit(tx, ctx, { type: 'mfa_factor_changed', outcome: 'success', ...about });
  });
  const authenticator = modelOf(deps, factor);
  return { ...factor, authenticator, label: label ?? factor.label, isDefault: isDefault ?? factor.isDefault };
}
