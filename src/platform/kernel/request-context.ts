import type { Policies } from '../../domain/policy/policy.ts';
import type { ClientInfo } from '../../lib/client-info.ts';

/** The client and the time of a request, a job or a command, for the audit. */
export type AuditContext = { readonly client: ClientInfo; readonly now: Date };

/** One value for a whole request. Its policies are a snapshot from when the request first needed them. */
export type RequestContext = AuditContext & { readonly policies: Policies };
