import type { AreaName } from './policy.ts';

/**
 * The permissions of the roles in the area `admin`, one for each line. No other file defines them. A permission is a
 * scope of the access token, and `guard({ area: 'admin', scope })` requires it.
 */
const permissions = {
  'users:read': ['admin', 'helpdesk', 'auditor'],
  'users:write': ['admin'],
  'users:help': ['admin', 'helpdesk'],
  'policy:read': ['admin', 'helpdesk', 'auditor'],
  'policy:write': ['admin'],
  'adoption:read': ['admin', 'helpdesk', 'auditor'],
  'feedback:read': ['admin'],
  'sms:read': ['admin', 'helpdesk', 'auditor'],
  'audit:read': ['admin', 'auditor'],
  'services:read': ['admin', 'auditor'],
  'services:write': ['admin'],
  'keys:write': ['admin'],
  'receivers:read': ['admin', 'auditor'],
  'receivers:write': ['admin'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

type Permission = keyof typeof permissions;
const permissionNames = Object.keys(permissions) as readonly Permission[];

/** True if one of the roles has the permission. */
function permits(permission: Permission, roles: readonly string[]): boolean {
  return permissions[permission].some((role) => roles.includes(role));
}

const scopes: Readonly<Record<AreaName, (roles: readonly string[]) => readonly string[]>> = {
  admin: (roles) => permissionNames.filter((permission) => permits(permission, roles)),
  public: (roles) => (roles.length > 0 ? ['profile'] : []),
  vendor: (roles) => (roles.includes('vendor') ? ['data:read'] : []),
  service: () => [],
};

/** The scopes of a session in an area, from its owner's roles: the `scope` claim (RFC 8693 4.2). */
export function scopesOf(area: AreaName, roles: readonly string[]): readonly string[] {
  return scopes[area](roles);
}
