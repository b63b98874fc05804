import type { Db } from '../../../db/connect.ts';
import {
  type ApprovalAction,
  hoursAfter,
  isHelp,
  readdressedHours,
} from '../../domain/approvals/approval.ts';
import { isReaddressed } from './approval-store.ts';

/** Whether the action is help for an account with an address that somebody has just changed. */
export async function isHelpReaddressed(
  tx: Db,
  { action, userId }: { readonly action: ApprovalAction; readonly userId: string | null },
  now: Date,
): Promise<boolean> {
  if (userId === null || !isHelp(action)) return false;
  return isReaddressed(tx, { userId, since: hoursAfter(now, -readdressedHours) });
}
