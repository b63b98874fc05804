import type { Operations } from '@sallyport/client';

/** `readAt`: when it was read, because the lock is told in seconds from then on. */
export type User = Operations['GET /admin/users/{id}']['answer'] & { readonly readAt: number };

const staffRoles = ['admin', 'helpdesk', 'auditor'];

/** Why the person at work may not help this one. Null: they may. The service decides; this only explains. */
export function barOf(
  user: Pick<User, 'id' | 'roles'>,
  me: { readonly subject: string; readonly roles: readonly string[] },
): 'own_account' | 'higher_role' | null {
  if (user.id === me.subject) return 'own_account';
  const isHigher = user.roles.some((role) => staffRoles.includes(role));
  return isHigher && !me.roles.includes('admin') ? 'higher_role' : null;
}
