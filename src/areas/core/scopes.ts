import type { AreaName } from './policy.ts';

const scopes: Readonly<Record<AreaName, Readonly<Record<string, readonly string[]>>>> = {
  admin: { admin: ['admin'], helpdesk: ['helpdesk'], auditor: ['audit:read'] },
  public: {
    user: ['profile'],
    vendor: ['profile'],
    admin: ['profile'],
    helpdesk: ['profile'],
    auditor: ['profile'],
  },
  vendor: { vendor: ['data:read'] },
  service: {},
};

/** What a session in an area may touch, by the roles of its owner: the `scope` claim (RFC 8693 4.2). */
export function scopesOf(area: AreaName, roles: readonly string[]): readonly string[] {
  return [...new Set(roles.flatMap((role) => scopes[area][role] ?? []))];
}
