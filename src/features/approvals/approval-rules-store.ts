import { sql } from 'kysely';
import type { Db } from '../../../db/connect.ts';
import {
  type ApprovalRule,
  type ApprovalRules,
  noRule,
  type RuledAction,
  ruledActions,
} from '../../domain/approvals/approval.ts';
import { awaitsPassword, has } from '../users/account-store.ts';

/** The rule of each action. An action without a row has no rule. */
export async function findApprovalRules(db: Db): Promise<ApprovalRules> {
  const rows = await db.selectFrom('approvalRules').select(['action', 'mode', 'waitHours']).execute();
  const rules = new Map<string, ApprovalRule>(
    rows.map(({ action, mode, waitHours }) => [action, { mode, waitHours }]),
  );
  const entries = ruledActions.map((action) => [action, rules.get(action) ?? noRule] as const);
  return Object.fromEntries(entries) as Record<RuledAction, ApprovalRule>;
}

/** Lets only one change of the rules run at a time. */
export async function lockApprovalRules(tx: Db): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtext('sallyport approval rules'))`.execute(tx);
}

export async function saveApprovalRules(
  tx: Db,
  rules: ApprovalRules,
  { by, now }: { readonly by: string | null; readonly now: Date },
): Promise<void> {
  const rows = ruledActions.map((action) => ({ action, ...rules[action], changedAt: now, changedBy: by }));
  await tx
    .insertInto('approvalRules')
    .values(rows)
    .onConflict((conflict) =>
      conflict.column('action').doUpdateSet((eb) => ({
        mode: eb.ref('excluded.mode'),
        waitHours: eb.ref('excluded.waitHours'),
        changedAt: eb.ref('excluded.changedAt'),
        changedBy: eb.ref('excluded.changedBy'),
      })),
    )
    .execute();
}

export type Deciders = { readonly admins: number; readonly helpers: number };

/** How many people could decide: active administrators, and with them the helpdesk. An invited user cannot yet. */
export async function countDeciders(db: Db): Promise<Deciders> {
  const people = await db
    .selectFrom('users')
    .select((eb) => eb.fn.countAll<string>().as('helpers'))
    .select((eb) => eb.fn.countAll<string>().filterWhere(has('admin')).as('admins'))
    .where('status', '=', 'active')
    .where(awaitsPassword, '=', false)
    .where((eb) => eb.or([has('admin'), has('helpdesk')]))
    .executeTakeFirstOrThrow();
  return { admins: Number(people.admins), helpers: Number(people.helpers) };
}
