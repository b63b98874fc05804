/**
 * The roles of an account. The policy of an area says which roles may enter. `scopesOf` in domain/policy/scopes.ts says
 * what they may do there.
 */
export const roleNames = ['admin', 'helpdesk', 'auditor', 'user', 'vendor'] as const;
export type Role = (typeof roleNames)[number];
