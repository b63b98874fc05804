import type { AreaName } from './policy.ts';

/**
 * What the roles may do in the area `admin`, one line a permission: the only place that says so. A permission is a scope
 * of the access token; `guard({ area: 'admin', scope })` asks for it.
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
} as const satisfies Readonly<Record<string, readonly string[]>>;

type Permission = keyof typeof permissions;
const permissionNames = Object.keys(permissions) as readonly Permission[];

/** Whether one of these roles holds a permission. */
function permits(permission: Permission, roles: readonly string[]): boolean {
  return permissions[permission].some((role) => roles.includes(role));
}

const scopes: Readonly<Record<AreaName, (roles: readonly string[]) => readonly string[]>> = {
  admin: (roles) => permissionNames.filter((permission) => permits(permission, roles)),
  public: (roles) => (roles.length > 0 ? ['profile'] : []),
  vendor: (roles) => (roles.includes('vendor') ? ['data:read'] : []),
  service: () => [],
};

/** What a session in an area may touch, by the roles of its owner: the `scope` claim (RFC 8693 4.2). */
export function scopesOf(area: AreaName, roles: readonly string[]): readonly string[] {
  return scopes[area](roles);
}
