import { randomUUID } from 'node:crypto';
import type { Db } from '../../../db/connect.ts';
import { inTransaction } from '../../../db/in-transaction.ts';
import { mfaEnrollmentRequired } from '../../domain/mfa/mfa-problems.ts';
import { primaryFactors } from '../../domain/mfa/primary-factors.ts';
import { conflict } from '../../lib/problem.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { RequestContext } from '../../platform/kernel/request-context.ts';
import { writeAudit } from '../audit/audit-store.ts';
import { holdUser } from '../sessions/held-user-store.ts';
import { raiseSecurityVersion } from '../users/security-store.ts';
import { enrollableMethods } from './eligible-factors.ts';
import { encryptJson, factorData, type Holder, insertFactor } from './factor-store.ts';
import { unbindFactors } from './former-factor-store.ts';
import { notifyOwner } from './notify-owner.ts';
import {
  findByOwnPassword,
  type ProtectedChange,
  requireReauthentication,
} from './require-reauthentication.ts';

/** Replaces the recovery codes: the old ones stop working. Asks for the password and a fresh factor. */
export async function regenerateCodes(
  deps: Deps,
  ctx: RequestContext,
  { principal, password, credential }: ProtectedChange,
): Promise<readonly string[]> {
  const { session } = principal;
  const { user, factors } = await findByOwnPassword(deps, ctx, { principal, password });
  const owned = primaryFactors(factors);
  if (owned.length === 0) {
    const methods = enrollableMethods(deps, ctx.policies[session.area]);
    throw mfaEnrollmentRequired({
      detail: 'You need a second factor before you can have recovery codes. Enrol one first.',
      methods,
    });
  }
  await requireReauthentication(deps, ctx, { principal, input: { ...user, factors }, credential });

  return inTransaction(deps.db, async (tx) => {
    const basis = { userId: user.id, securityVersion: user.securityVersion, sessionId: session.id };
    if (!(await holdUser(tx, basis))) throw conflict();
    await raiseSecurityVersion(tx, user.id);
    await unbindFactors(tx, user.id, 'backups', { cause: 'replaced', by: user.id, at: ctx.now });
    const codes = await issueRecoveryCodes(tx, deps, user, ctx.now);
    if (!codes) throw new Error('No provider of recovery codes');
    const event = {
      type: 'mfa_recovery_codes_regenerated',
      outcome: 'success',
      userId: user.id,
      area: session.area,
      sessionId: session.id,
    } as const;
    await writeAudit(tx, ctx, event);
    await notifyOwner(tx, deps, ctx, { user, factors: owned, notice: 'recovery_codes_regenerated' });
    return codes;
  });
}

/**
 * Makes and saves a set of recovery codes. They are shown in this answer only. Null if the method is not configured.
 */
export async function issueRecoveryCodes(
  tx: Db,
  deps: Pick<Deps, 'vault' | 'providers'>,
  user: Holder,
  now: Date,
): Promise<readonly string[] | null> {
  const provider = deps.providers.get('recovery_code');
  if (!provider) return null;
  const { data, hint, show } = await provider.enrol({}, { now, user });
  const id = randomUUID();
  const dataSealed = encryptJson(deps.vault, data, factorData({ id, userId: user.id }));
  const { method, title: label } = provider;
  const times = { createdAt: now, expiresAt: null, confirmedAt: now };
  await insertFactor(tx, {
    id,
    userId: user.id,
    method,
    label,
    hint,
    dataSealed,
    isBackup: true,
    ...times,
  });
  return Array.isArray(show.recovery_codes) ? show.recovery_codes.map(String) : null;
}
