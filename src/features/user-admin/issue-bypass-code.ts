import { randomUUID } from 'node:crypto';
import { primaryFactors } from '../../domain/mfa/primary-factors.ts';
import { actorFields, type JustifiedAction, justificationDetail } from '../../domain/users/actor.ts';
import { conflict } from '../../lib/problem.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { AuditContext } from '../../platform/kernel/request-context.ts';
import type { Permitted } from '../approvals/assert-approved.ts';
import { writeAudit } from '../audit/audit-store.ts';
import { encryptJson, factorData, insertFactor, listFactors } from '../mfa/factor-store.ts';
import { unbindFactors } from '../mfa/former-factor-store.ts';
import { notifyOwner } from '../mfa/notify-owner.ts';
import { actOnUser } from './act-on-user.ts';

const bypassMethod = 'bypass_code';

export type BypassCode = { readonly code: string; readonly uses: number; readonly expiresAt: Date };

/**
 * Makes a code that stands in for a user's second factor, and invalidates an earlier one. Only this answer ever shows
 * the code. Throws 403, 404, or 409 if the user has no factor. Such a user enrols one with the token that a login
 * gives.
 */
export async function issueBypassCode(
  deps: Pick<Deps, 'db' | 'vault' | 'letterhead' | 'providers' | 'sessions' | 'helpRequires'>,
  ctx: AuditContext,
  {
    by,
    userId,
    input: { uses, expiresInSeconds },
    cause,
    permit,
  }: JustifiedAction &
    Permitted & { readonly input: { readonly uses: number; readonly expiresInSeconds: number } },
): Promise<BypassCode> {
  const provider = deps.providers.get(bypassMethod);
  if (!provider) throw new Error('No provider of bypass codes');
  return actOnUser(deps, ctx, {
    by,
    userId,
    ruled: { action: 'bypass_code', permit },
    needs: { requires: deps.helpRequires, use: 'bypass_code', evidence: cause.evidence },
    work: async (tx, user, evidence) => {
      const factors = await listFactors(tx, userId);
      if (primaryFactors(factors).length === 0) {
        const detail = 'This user has no second factor. A login gives the user a token to enrol one.';
        throw conflict({ detail, reason: 'no_factor' });
      }
      const setup = { uses, expires_in: expiresInSeconds };
      const { data, hint, show } = await provider.enrol(setup, { now: ctx.now, user });
      const id = randomUUID();
      const expiresAt = new Date(ctx.now.getTime() + expiresInSeconds * 1000);
      const { method, title: label } = provider;
      const unbinding = { cause: 'replaced', by: by?.userId ?? null, at: ctx.now } as const;
      await unbindFactors(tx, userId, { method }, unbinding);
      await insertFactor(tx, {
        id,
        userId,
        method,
        label,
        hint,
        isBackup: true,
        createdAt: ctx.now,
        expiresAt,
        confirmedAt: ctx.now,
        dataSealed: encryptJson(deps.vault, data, factorData({ id, userId })),
      });

      const detail = { ...justificationDetail(cause), ...evidence, uses };
      const about = { userId, ...actorFields(by), method, factorId: id, detail };
      await writeAudit(tx, ctx, { type: 'mfa_bypass_codes_issued', outcome: 'success', ...about });
      await notifyOwner(tx, deps, ctx, { user, factors, notice: 'bypass_codes_issued' });
      return { code: String(show.code), uses, expiresAt };
    },
  });
}
