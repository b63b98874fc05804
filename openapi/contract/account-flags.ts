import { text } from 'node:stream/consumers';
import type { Administrator } from './admin-session.ts';
import type { Account } from './journey-client.ts';

export type World = {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdin: AsyncIterable<Uint8Array | string>;
  readonly print: (line: string) => void;
};

export const accountFlags = {
  username: { type: 'string' },
  'password-stdin': { type: 'boolean', default: false },
  'password-env': { type: 'string' },
  'admin-username': { type: 'string' },
  'admin-password-env': { type: 'string' },
  'admin-totp-env': { type: 'string' },
} as const;

type Flags = {
  readonly [Name in keyof typeof accountFlags]?: Name extends 'password-stdin' ? boolean : string;
};

/** What is secret never comes from the command line, where other users of the machine could read it. */
export async function accountOf(flags: Flags, world: World): Promise<Account | null> {
  const { username } = flags;
  return username === undefined ? null : { username, password: await passwordOf(flags, world) };
}

async function passwordOf(flags: Flags, { env, stdin }: World): Promise<string> {
  const variable = flags['password-env'];
  const password = variable === undefined ? null : env[variable];
  if (password) return password;
  if (variable !== undefined || !flags['password-stdin'])
    throw new Error('Say how the password comes: --password-stdin or --password-env VARIABLE.');
  return (await text(stdin)).replace(/\r?\n$/, '');
}

export function administratorOf(flags: Flags, { env }: World): Administrator | null {
  const names = ['admin-username', 'admin-password-env', 'admin-totp-env'] as const;
  const [username, passwordName, totpName] = names.map((name) => flags[name]);
  if (names.every((name) => flags[name] === undefined)) return null;
  if (username === undefined || passwordName === undefined || totpName === undefined)
    throw new Error(`An administrator takes all of ${names.map((name) => `--${name}`).join(', ')}.`);
  const totpSecret = variableOf(env, totpName).replace(/[ =-]/g, '').toUpperCase();
  if (!/^[A-Z2-7]{16,}$/.test(totpSecret))
    throw new Error(`The variable ${totpName} holds no secret of an authenticator app, which is base32.`);
  return { username, password: variableOf(env, passwordName), totpSecret };
}

function variableOf(env: World['env'], variable: string): string {
  const value = env[variable];
  if (!value) throw new Error(`The variable ${variable} is not set.`);
  return value;
}
