import { randomInt } from 'node:crypto';
import { inTransaction } from '../../../db/in-transaction.ts';
import { Problem } from '../../lib/problem.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { RequestContext } from '../../platform/kernel/request-context.ts';
import { writeAudit } from '../audit/audit-store.ts';
import { askForFactor, auditingFailure } from '../mfa/open-challenge.ts';
import { insertChallenge } from '../mfa/pending-login-store.ts';
import { numberMacOf } from './caller-check-number.ts';
import { claimCallerCheck, type OpenCallerCheck, pointToChallenge } from './caller-check-store.ts';
import { findCaller, type SentMethod } from './caller-factors.ts';

type AskInput = { readonly number: string; readonly method: SentMethod };

/**
 * Sends the caller a code or a push, to a factor of the account. The answer is the same whether there is such a check,
 * such a factor, or a limit. `verificationCode` is the number to type into the telephone. If no push went out, it is
 * random.
 */
export async function askCaller(
  deps: Deps,
  ctx: RequestContext,
  { number, method }: AskInput,
): Promise<{ readonly verificationCode: string | null }> {
  const check = await claimCallerCheck(deps.db, {
    numberMac: numberMacOf(deps, number),
    cost: 0,
    now: ctx.now,
  });
  const shown = check && (await ask(deps, ctx, check, method));
  if (method !== 'duo_push') return { verificationCode: null };
  const real = shown?.verification_code;
  const decoy = randomInt(10 ** 6)
    .toString()
    .padStart(6, '0');
  return { verificationCode: typeof real === 'string' ? real : decoy };
}

async function ask(deps: Deps, ctx: RequestContext, check: OpenCallerCheck, method: SentMethod) {
  const caller = await findCaller(deps, ctx, check.userId);
  const factor = caller?.factors.find((one) => one.method === method);
  if (!caller || !factor || caller.user.status !== 'active') return undefined;
  const about = {
    userId: check.userId,
    area: 'public',
    method,
    factorId: factor.id,
    detail: { at: 'caller_check' },
  };
  try {
    const { challenge, show } = await auditingFailure(deps, ctx, about, () =>
      askForFactor(deps, { factor, user: caller.user, now: ctx.now, from: ctx.client.ip }),
    );
    await inTransaction(deps.db, async (tx) => {
      await insertChallenge(tx, check.userId, challenge, ctx.now);
      await pointToChallenge(tx, check.id, challenge.id);
      await writeAudit(tx, ctx, { type: 'mfa_challenge', outcome: 'success', ...about });
    });
    return show;
  } catch (error) {
    if (error instanceof Problem) return undefined; // a limit or an outage, which would say that there is such a factor
    throw error;
  }
}
