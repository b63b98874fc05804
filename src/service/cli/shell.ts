import type { Writable } from 'node:stream';
import { type Role, roleNames } from '../../domain/users/roles.ts';
import { internalClient } from '../../lib/client-info.ts';
import type { AuditContext } from '../../platform/kernel/request-context.ts';

export type Terminal = {
  readonly stdin: AsyncIterable<Uint8Array | string>;
  readonly print: (line: string) => void;
};

/** Everything that a command may use of its surroundings. */
export type Console = Terminal & {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly complain: (line: string) => void;
  readonly stdout: Writable;
  /** Asks for a secret without showing it. Null where standard input is not a terminal. */
  readonly askHidden: ((question: string) => Promise<string>) | null;
  /** Sets the exit code. */
  readonly end: (code: number) => void;
  readonly columns: number | undefined;
};

/** The audit context of a command. No user is logged in. */
export function consoleContext(): AuditContext {
  return { client, now: new Date() };
}

const client = internalClient('console');

export function roleOf(text: string): Role {
  const role = roleNames.find((name) => name === text);
  if (!role) throw new Error(`There is no role ${text}. Roles: ${roleNames.join(', ')}.`);
  return role;
}
