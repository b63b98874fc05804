/** What an account may be. Which areas a role opens is policy; what it may touch there is areas/core/scopes.ts. */
export const roleNames = ['admin', 'helpdesk', 'auditor', 'user', 'vendor'] as const;
export type Role = (typeof roleNames)[number];
