import { inTransaction } from '../../../db/in-transaction.ts';
import { methodNotAllowed } from '../../domain/mfa/mfa-problems.ts';
import { recoveryConflict, recoveryOver } from '../../domain/recovery/recovery-problems.ts';
import { notFound } from '../../lib/problem.ts';
import type { RequestContext } from '../../platform/kernel/request-context.ts';
import { writeAudit } from '../audit/audit-store.ts';
import { askForFactor, auditingFailure } from '../mfa/open-challenge.ts';
import { insertChallenge } from '../mfa/pending-login-store.ts';
import { notifyUser } from '../notices/notify-user.ts';
import { listToAsk } from './colleague-store.ts';
import { markAsked, pointToChallenge } from './recovery-store.ts';
import { type RecoveryDeps, recoveryOfCode, secondAddresses } from './recovery-ways.ts';

/**
 * Sends a code to a second address of the account. It lives for five minutes (NIST SP 800-63B-4 4.2.1.2 allows ten for a
 * text message). Returns after how many seconds the next one may be sent. Throws 401, 403, 404, 429 or 503.
 */
export async function sendToSecondAddress(
  deps: RecoveryDeps,
  ctx: RequestContext,
  { code, factorId }: { readonly code: string; readonly factorId: string },
): Promise<{ readonly resendSeconds: number | null }> {
  const { recovery, rule } = await recoveryOfCode(deps, ctx, code);
  if (!rule.from.includes('address')) throw notAllowed();
  if (recovery.state !== 'open' || recovery.shown.includes('address'))
    throw recoveryConflict('recovery_proven');
  const factor = (await secondAddresses(deps, recovery)).find(({ id }) => id === factorId);
  if (!factor) throw notFound({ detail: 'The account has no such second address.' });
  const { userId, id } = recovery;
  const about = { userId, area: rule.area, method: factor.method, factorId, detail: { at: 'recovery' } };
  const user = { ...recovery, id: userId };
  const { challenge, resendSeconds } = await auditingFailure(deps, ctx, about, () =>
    askForFactor(deps, { factor, user, now: ctx.now, from: ctx.client.ip }),
  );
  await inTransaction(deps.db, async (tx) => {
    if (!(await pointToChallenge(tx, { id, challengeId: challenge.id, now: ctx.now }))) throw recoveryOver();
    await insertChallenge(tx, userId, challenge, ctx.now);
    await writeAudit(tx, ctx, { type: 'mfa_challenge', outcome: 'success', ...about });
  });
  return { resendSeconds };
}

/**
 * Writes to the colleagues who agreed beforehand, once. Each of them can then approve, and gets a code to read to the
 * person. Throws 401, 403, or 409 if the colleague was shown already.
 */
export async function askColleagues(deps: RecoveryDeps, ctx: RequestContext, code: string): Promise<void> {
  const { recovery, rule } = await recoveryOfCode(deps, ctx, code);
  if (!rule.from.includes('colleague')) throw notAllowed();
  if (recovery.state !== 'open') throw recoveryConflict('recovery_proven');
  await inTransaction(deps.db, async (tx) => {
    if (!(await markAsked(tx, recovery.id, ctx.now))) return; // they have their letter
    const about = { labels: [recovery.username] };
    const link = `${deps.portalUrl}/security`;
    for (const user of await listToAsk(tx, recovery.id))
      await notifyUser(tx, deps, ctx, { user, notice: 'colleague_wanted', about, link });
  });
}

export function notAllowed() {
  return methodNotAllowed({ detail: 'The policy does not take this for a recovery of this account.' });
}
