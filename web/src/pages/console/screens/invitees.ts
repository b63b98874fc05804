import { parseCsv } from '../../../lib/csv.ts';

export type Role = 'user' | 'vendor' | 'helpdesk' | 'auditor' | 'admin';
/** As `POST /admin/invitations` takes them. */
export type Invitee = { username: string; email: string; phone?: string; roles: Role[]; language?: string };
export const roleNames: readonly Role[] = ['user', 'vendor', 'helpdesk', 'auditor', 'admin'];
export const mostRows = 200;

/** Why a file is none that can be sent. The service looks at the values. */
export type FileFault =
  | { readonly kind: 'empty' | 'too_many' }
  | { readonly kind: 'columns'; readonly missing: readonly string[] }
  | { readonly kind: 'role'; readonly line: number; readonly role: string };

const needed = ['username', 'email', 'roles'];

/** The rows of a CSV whose first line names the columns, in any order. `roles` holds one or more, with blanks between. */
export function readInvitees(text: string): { readonly users: Invitee[] } | FileFault {
  const [header, ...rows] = parseCsv(text);
  if (!header || rows.length === 0) return { kind: 'empty' };
  if (rows.length > mostRows) return { kind: 'too_many' };
  const names = header.map((name) => name.toLowerCase());
  const missing = needed.filter((name) => !names.includes(name));
  if (missing.length > 0) return { kind: 'columns', missing };
  const users: Invitee[] = [];
  for (const [place, row] of rows.entries()) {
    const value = (name: string) => row[names.indexOf(name)] ?? '';
    const roles = value('roles')
      .toLowerCase()
      .split(/[\s,;|+]+/)
      .filter(Boolean);
    const unknown = roles.find((role) => !(roleNames as readonly string[]).includes(role));
    if (unknown !== undefined) return { kind: 'role', line: place + 2, role: unknown };
    const phone = value('phone');
    const language = value('language').toLowerCase();
    users.push({
      username: value('username'),
      email: value('email'),
      ...(phone && { phone }),
      roles: roles as Role[],
      ...(language && { language }),
    });
  }
  return { users };
}
