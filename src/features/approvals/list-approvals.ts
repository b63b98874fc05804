import type { Deps } from '../../platform/kernel/deps.ts';
import type { AuditContext } from '../../platform/kernel/request-context.ts';
import { findApprovals } from './approval-store.ts';

const most = 200;

/** The latest requests, those that wait first. */
export async function listApprovals({ db }: Pick<Deps, 'db'>, ctx: AuditContext) {
  return findApprovals(db, most, ctx.now);
}
