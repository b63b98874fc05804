import type { SessionPrincipal } from '../sessions/principal.ts';
import type { HelpEvidence } from './help-evidence.ts';

/**
 * The person who acts on another user's account, with that person's current roles. Null is the console, which may do
 * anything.
 */
export type HelpdeskActor = Actor | null;
export type Actor = {
  readonly userId: string;
  readonly roles: readonly string[];
  readonly sessionId?: string;
};

export function actorOf({ session }: SessionPrincipal): Actor {
  return { userId: session.userId, roles: session.user.roles, sessionId: session.id };
}

/** The actor and the area of an action, as fields of an audit event. */
export function actorFields(by: HelpdeskActor) {
  return { actorId: by?.userId ?? null, area: by && 'admin' };
}

const trusted = ['admin', 'helpdesk', 'auditor'];

/**
 * Why the actor may not help the target. Null if the actor may. Nobody may remove their own second factor this way. If
 * the helpdesk could reset an administrator, the helpdesk would have an administrator's rights (RK-7). An administrator
 * may help everybody else.
 */
export function whyNotHelp(
  by: HelpdeskActor,
  target: { readonly id: string; readonly roles: readonly string[] },
): 'own_account' | 'higher_role' | null {
  if (by === null) return null;
  if (by.userId === target.id) return 'own_account';
  if (by.roles.includes('admin')) return null;
  return target.roles.some((role) => trusted.includes(role)) ? 'higher_role' : null;
}

/** The reason that a person gave for an action on an account. It goes into the audit. */
export type Justification = {
  readonly reason: string;
  readonly ticket: string | null;
  /** How the actor knows who is calling, for an action that opens the account. */
  readonly evidence?: HelpEvidence;
};

export function justificationDetail(cause: Justification | null) {
  if (!cause) return {};
  const { reason, ticket } = cause;
  return { reason, ...(ticket !== null && { ticket }) };
}

/** What is done to an account, and who does it. */
export type AccountAction = { readonly by: HelpdeskActor; readonly userId: string };

/** An action that needs a reason, except at the console. */
export type ExplainedAction = AccountAction & { readonly cause?: Justification | null | undefined };

/** An action that needs a reason. */
export type JustifiedAction = AccountAction & { readonly cause: Justification };
