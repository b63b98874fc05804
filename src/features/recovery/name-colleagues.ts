import { inTransaction } from '../../../db/in-transaction.ts';
import { sharesAddress } from '../../domain/approvals/approval.ts';
import { colleagueRules, mostColleagues } from '../../domain/recovery/recovery-rule.ts';
import { invalidToken } from '../../domain/sessions/login-problems.ts';
import type { SessionPrincipal } from '../../domain/sessions/principal.ts';
import { invalidField, notFound, tooManyAttempts } from '../../lib/problem.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { RequestContext } from '../../platform/kernel/request-context.ts';
import { writeAudit } from '../audit/audit-store.ts';
import { listFactors } from '../mfa/factor-store.ts';
import { notifyOwner } from '../mfa/notify-owner.ts';
import { notifyUser } from '../notices/notify-user.ts';
import { holdUser } from '../sessions/held-user-store.ts';
import { reserveSend } from '../throttling/send-budget-store.ts';
import { lockAccount } from '../users/account-store.ts';
import {
  confirmColleague,
  findByNames,
  listColleagueRequests,
  listColleagues,
  listNamedBy,
  removeColleague,
  saveColleagues,
} from './colleague-store.ts';
import { listOpenRecoveries } from './recovery-store.ts';

/**
 * Names the colleagues who may approve a recovery of the caller's account, at most three. Each must agree before it
 * counts (NIST SP 800-63B-4 4.2.1.3). The answer does not show whether a name belongs to an account: a name without one
 * stays unconfirmed. Somebody with the same address is never asked. Throws 400 or 429.
 */
export async function nameColleagues(
  deps: Pick<Deps, 'db' | 'vault' | 'letterhead' | 'providers' | 'portalUrl'>,
  ctx: RequestContext,
  {
    principal: { session },
    names,
  }: { readonly principal: SessionPrincipal; readonly names: readonly string[] },
): Promise<void> {
  const { userId, area, id: sessionId, user: owner } = session;
  if (names.length > mostColleagues) throw invalidField('#/colleagues', `At most ${mostColleagues}`);
  if (new Set(names).size < names.length) throw invalidField('#/colleagues', 'Each once');
  if (names.includes(owner.username)) throw invalidField('#/colleagues', 'Somebody else, not yourself');
  const admitted = await reserveSend(deps.db, `colleagues:${userId}`, colleagueRules, ctx.now);
  if (!admitted)
    throw tooManyAttempts('sends', {
      detail: 'You have changed your colleagues too often. Try again tomorrow.',
      retry_after: colleagueRules.windowSeconds,
    });
  await inTransaction(deps.db, async (tx) => {
    const basis = { userId, securityVersion: owner.securityVersion, sessionId };
    const user = (await holdUser(tx, basis)) && (await lockAccount(tx, userId));
    if (!user) throw invalidToken({ detail: 'The session of this token has ended.' });
    const before = new Set((await listColleagues(tx, userId)).map(({ name }) => name));
    const found = (await findByNames(tx, names)).filter((one) => !sharesAddress(one, user));
    const named = names.map((name) => ({
      name,
      colleagueId: found.find(({ username }) => username === name)?.id ?? null,
    }));
    await saveColleagues(tx, userId, named, ctx.now);
    const about = { userId, area, sessionId, detail: { colleagues: names.length } };
    await writeAudit(tx, ctx, { type: 'recovery_colleagues_changed', outcome: 'success', ...about });
    const factors = await listFactors(tx, userId);
    await notifyOwner(tx, deps, ctx, { user, factors, notice: 'recovery_colleagues_changed' });
    const letter = {
      notice: 'colleague_named',
      about: { labels: [user.username] },
      link: `${deps.portalUrl}/security`,
    } as const;
    for (const colleague of found.filter(({ username }) => !before.has(username)))
      await notifyUser(tx, deps, ctx, { user: colleague, ...letter });
  });
}

/** Agrees to be somebody's colleague, or does not. Throws 404 if that user has not named the caller. */
export async function answerNaming(
  { db }: Pick<Deps, 'db'>,
  ctx: RequestContext,
  {
    principal: { session },
    userId,
    agrees,
  }: { readonly principal: SessionPrincipal; readonly userId: string; readonly agrees: boolean },
): Promise<void> {
  const colleagueId = session.userId;
  await inTransaction(db, async (tx) => {
    const whose = { userId, colleagueId };
    const done = agrees
      ? await confirmColleague(tx, { ...whose, now: ctx.now })
      : await removeColleague(tx, whose);
    if (!done) throw notFound({ detail: 'This user has not named you.' });
    const about = { userId, actorId: colleagueId, area: session.area, sessionId: session.id };
    const type = agrees ? 'recovery_colleague_confirmed' : 'recovery_colleagues_changed';
    await writeAudit(tx, ctx, { type, outcome: 'success', ...about });
  });
}

/** What a user sees of recoveries: the own colleagues and recoveries, and those of people who have named the user. */
export async function readColleagues(
  { db }: Pick<Deps, 'db'>,
  ctx: RequestContext,
  { session: { userId } }: SessionPrincipal,
) {
  return {
    colleagues: await listColleagues(db, userId),
    namedBy: await listNamedBy(db, userId),
    requests: await listColleagueRequests(db, userId, ctx.now),
    own: await listOpenRecoveries(db, userId, ctx.now),
  };
}
