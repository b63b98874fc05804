import type { Writable } from 'node:stream';
import { type Role, roleNames } from '../../domain/users/roles.ts';
import { internalClient } from '../../lib/client-info.ts';
import type { AuditContext } from '../../platform/kernel/request-context.ts';

export type Terminal = {
  readonly stdin: AsyncIterable<Uint8Array | string>;
  readonly print: (line: string) => void;
};

/** All that a command may see of where it runs. */
export type Console = Terminal & {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly complain: (line: string) => void;
  readonly stdout: Writable;
  /** Asks for what nobody may see while it is typed; null where nobody types. */
  readonly askHidden: ((question: string) => Promise<string>) | null;
  /** The exit code, once all is done. */
  readonly end: (code: number) => void;
  readonly columns: number | undefined;
};

/** Where a command comes from, for the audit: nobody who is logged in did it. */
/** The context of a command. */
export function consoleContext(): AuditContext {
  return { client: consoleClient, now: new Date() };
}

export const consoleClient = internalClient('console');

export function roleOf(text: string): Role {
  const role = roleNames.find((name) => name === text);
  if (!role) throw new Error(`There is no role ${text}. Roles: ${roleNames.join(', ')}.`);
  return role;
}
