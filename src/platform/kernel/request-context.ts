import type { Policies, ReportOnlyPolicies } from '../../domain/policy/policy.ts';
import type { Rollout } from '../../domain/policy/rollout.ts';
import type { ClientInfo } from '../../lib/client-info.ts';

/** The client and the time of a request, a job or a command, for the audit. */
export type AuditContext = { readonly client: ClientInfo; readonly now: Date };

/** The policies and the rollout of one moment. A read of an area throws 503 if its row could not be read. */
export type PolicySnapshot = {
  readonly policies: Policies;
  /** Report-only policies. The audit records what they would refuse, and the request goes on. */
  readonly reportOnly: ReportOnlyPolicies;
  readonly rollout: Rollout;
};

/** One value for a whole request. Its policies and its rollout are those of the moment when the request first needed them. */
export type RequestContext = AuditContext & PolicySnapshot;
