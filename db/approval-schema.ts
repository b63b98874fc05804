import type { Generated, JSONColumnType } from 'kysely';
import type { ApprovalAction, ApprovalMode, ApprovalState } from '../src/domain/approvals/approval.ts';

export type ApprovalTables = {
  breakGlass: {
    id: string;
    secretHash: string;
    shares: number;
    needed: number;
    madeAt: Date;
    usedAt: Date | null;
  };
  approvalRules: {
    action: ApprovalAction;
    mode: ApprovalMode;
    waitHours: number;
    changedAt: Date;
    changedBy: string | null;
  };
  approvals: {
    id: string;
    action: ApprovalAction;
    /** The person concerned. Null: the action concerns a policy. */
    userId: string | null;
    securityVersion: number | null;
    input: JSONColumnType<Record<string, unknown>>;
    reason: string;
    ticket: string | null;
    requestedBy: string;
    requestedAt: Date;
    waitHours: number;
    state: Generated<ApprovalState>;
    decidedBy: string | null;
    decidedAt: Date | null;
    readyAt: Date | null;
    expiresAt: Date;
    stopHash: string | null;
  };
};

export type NotMeLinks = {
  tokenHash: string;
  userId: string;
  notice: string;
  createdAt: Date;
  expiresAt: Date;
};
