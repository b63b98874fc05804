import type { SessionPrincipal } from '../sessions/principal.ts';

/** Who acts on somebody else's account, with the roles of now; null is the console, which may do anything. */
export type HelpdeskActor = Actor | null;
export type Actor = {
  readonly userId: string;
  readonly roles: readonly string[];
  readonly sessionId?: string;
};

export function actorOf({ session }: SessionPrincipal): HelpdeskActor {
  return { userId: session.userId, roles: session.user.roles, sessionId: session.id };
}

/** Who did it, and where, as the audit tells it. */
export function actorFields(by: HelpdeskActor) {
  return { actorId: by?.userId ?? null, area: by && 'admin' };
}

const trusted = ['admin', 'helpdesk', 'auditor'];

/**
 * Why somebody may not help a user: nobody helps themselves past their own second factor, and a helpdesk that could
 * reset an administrator would be one (RK-7). An admin may help everybody else.
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

/** Why something is done to somebody: goes into the audit. */
export type Justification = { readonly reason: string; readonly ticket: string | null };

export function justificationDetail(cause: Justification | null) {
  if (!cause) return {};
  const { reason, ticket } = cause;
  return { reason, ...(ticket !== null && { ticket }) };
}
