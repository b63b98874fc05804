import { randomUUID } from 'node:crypto';
import type { Origin } from '../origin.ts';
import { type Role, roleNames } from '../users/core/roles.ts';

export type Terminal = {
  readonly stdin: AsyncIterable<Uint8Array | string>;
  readonly print: (line: string) => void;
};

/** Where a command comes from, for the audit: nobody who is logged in did it. */
export const consoleOrigin: Origin = { ip: 'console', userAgent: null, requestId: randomUUID() };

export function roleOf(text: string): Role {
  const role = roleNames.find((name) => name === text);
  if (!role) throw new Error(`There is no role ${text}. Roles: ${roleNames.join(', ')}.`);
  return role;
}
