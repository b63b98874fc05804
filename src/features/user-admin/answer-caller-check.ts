import type { Db } from '../../../db/connect.ts';
import { inTransaction } from '../../../db/in-transaction.ts';
import { malformedCode } from '../../domain/mfa/codes.ts';
import { challengeInvalid, mfaTokenInvalid } from '../../domain/mfa/mfa-problems.ts';
import type { MFAProvider } from '../../domain/mfa/provider.ts';
import { meets } from '../../domain/policy/assurance-level.ts';
import { acceptsMethod } from '../../domain/policy/policy.ts';
import { networkOf } from '../../lib/client-info.ts';
import { Problem } from '../../lib/problem.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { RequestContext } from '../../platform/kernel/request-context.ts';
import { writeAudit } from '../audit/audit-store.ts';
import { listFactors } from '../mfa/factor-store.ts';
import { notifyOwner } from '../mfa/notify-owner.ts';
import {
  type Answer,
  type Outcome,
  type Passed,
  providersFor,
  type VerificationPurpose,
} from '../mfa/verification.ts';
import { verifyAnswer } from '../mfa/verify-answer.ts';
import { numberMacOf } from './caller-check-number.ts';
import {
  claimCallerCheck,
  failCallerCheck,
  type OpenCallerCheck,
  passCallerCheck,
} from './caller-check-store.ts';
import { callerMethods, findCaller } from './caller-factors.ts';

/**
 * Checks the answer of a caller: a code, or a poll of a push. Nobody is logged in, so every refusal of a code is the
 * same 403: an unknown number, a wrong code, a locked account, an outage. A poll is `pending` until it passes, also
 * after the owner has refused the push, which ends the check. Throws 400 for a text that can be no code.
 */
export async function answerCallerCheck(
  deps: Deps,
  ctx: RequestContext,
  { number, answer }: { readonly number: string; readonly answer: Answer },
): Promise<'passed' | 'pending'> {
  const fitting = providersFor(deps, answer).filter(({ method }) => callerMethods.includes(method));
  const isPoll = answer.kind === 'poll';
  if (fitting.length === 0 && !isPoll) throw malformedCode('#/mfa_token');
  const numberMac = numberMacOf(deps, number);
  const check = await claimCallerCheck(deps.db, { numberMac, cost: isPoll ? 0 : 1, now: ctx.now });
  if (check) {
    const outcome = await verify(deps, ctx, check, answer).catch((error: unknown) => {
      if (!(error instanceof Problem)) throw error;
    });
    if (outcome?.status === 'passed') return 'passed';
    if (!isPoll) await inTransaction(deps.db, (tx) => end(tx, ctx, check, 'exhausted'));
  }
  if (isPoll) return 'pending';
  throw mfaTokenInvalid({
    detail: 'This was not accepted. Check the number and the code, or ask the helpdesk.',
  });
}

async function verify(
  deps: Deps,
  ctx: RequestContext,
  check: OpenCallerCheck,
  answer: Answer,
): Promise<Outcome> {
  const caller = await findCaller(deps, ctx, check.userId);
  const owned = new Set(caller?.factors.map(({ method }) => method));
  const fitting = providersFor(deps, answer).filter(({ method }) => owned.has(method));
  if (fitting.length === 0) throw challengeInvalid();
  const policy = ctx.policies.public;
  const purpose: VerificationPurpose = {
    event: 'mfa_passed',
    at: 'caller_check',
    area: 'public', // its policy says which factors count
    // The owner may approve a plain push without a thought, so only a push with its number counts.
    accepts: (_, { method, level, approved }: MFAProvider) =>
      owned.has(method) && acceptsMethod(policy, method, level) && (!approved || meets(level, '2')),
    opens: () => null,
    alongside: (tx, passed) => recordPassed(tx, deps, ctx, { check, passed }),
    onDenied: (tx) => end(tx, ctx, check, 'denied'),
  };
  const all = fitting.map(({ method }) => method);
  const challengeless = fitting.filter((one) => one.challengeless).map(({ method }) => method);
  const { userId, challengeId } = check;
  const answerer = { userId, sessionId: null, authTime: ctx.now, challengeId };
  const target = { by: 'session', answerer, methods: { all, challengeless } } as const;
  return verifyAnswer(deps, ctx, { target, answer, purpose });
}

/** Runs in the transaction that uses the code up. If the check is over, neither is written. */
async function recordPassed(
  tx: Db,
  deps: Pick<Deps, 'vault' | 'letterhead' | 'providers'>,
  ctx: RequestContext,
  {
    check: { id, userId, actorId, actorIp },
    passed,
  }: { readonly check: OpenCallerCheck; readonly passed: Passed },
): Promise<void> {
  const { method, id: factorId } = passed.candidate;
  const fromAsker = networkOf(actorIp) === networkOf(ctx.client.ip);
  if (!(await passCallerCheck(tx, { id, method, fromAsker, now: ctx.now }))) throw challengeInvalid();
  const detail = { caller_check: id, from_asker: fromAsker };
  const about = { userId, actorId, area: 'public', method, factorId, detail };
  await writeAudit(tx, ctx, { type: 'caller_check_passed', outcome: 'success', ...about });
  const factors = await listFactors(tx, userId);
  await notifyOwner(tx, deps, ctx, { user: passed.found, factors, notice: 'caller_check_passed' });
}

/** Ends the check as not proven, after its last attempt or after the owner said no. Call it in a transaction. */
async function end(
  tx: Db,
  ctx: RequestContext,
  { id, userId, actorId }: OpenCallerCheck,
  when: 'exhausted' | 'denied',
): Promise<void> {
  if (!(await failCallerCheck(tx, { id, when, now: ctx.now }))) return;
  const detail = { caller_check: id, ...(when === 'denied' && { reason: when }) };
  const about = { userId, actorId, area: 'public', detail };
  await writeAudit(tx, ctx, { type: 'caller_check_failed', outcome: 'failure', ...about });
}
