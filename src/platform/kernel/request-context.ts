import type { Policies } from '../../domain/policy/policy.ts';
import type { ClientInfo } from '../../lib/client-info.ts';

/** Who acts, and when: what the audit needs to know of a request, a job or a command. */
export type AuditContext = { readonly client: ClientInfo; readonly now: Date };

/** One value for all that a request does. Its policies are a snapshot: they stay as they were when the request came. */
export type RequestContext = AuditContext & { readonly policies: Policies };
