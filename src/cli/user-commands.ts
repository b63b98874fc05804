import { buffer } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import type { Config } from '../config.ts';
import { createSessionCache } from '../login/session-cache.ts';
import { openDatabase } from '../open-database.ts';
import { readUtf8 } from '../plain-text.ts';
import { changeStanding } from '../users/change-standing.ts';
import { passwordRules } from '../users/core/password-policy.ts';
import { createUser } from '../users/create-user.ts';
import { createHasher } from '../users/password-hash.ts';
import { findUserByName, listUsers } from '../users/user-store.ts';
import { consoleOrigin as origin, roleOf, type Terminal } from './shell.ts';

/** Makes a user; the password comes by standard input, so that it is in no process list and no history. */
export async function addUser(config: Config, args: readonly string[], terminal: Terminal): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      username: { type: 'string' },
      email: { type: 'string' },
      phone: { type: 'string' },
      role: { type: 'string', multiple: true },
      'password-stdin': { type: 'boolean' },
    },
  });
  const { username, email, phone } = values;
  if (!username) throw new Error('Say who: --username NAME');
  if (!values['password-stdin']) throw new Error('Give the password by standard input: --password-stdin');
  const roles = (values.role ?? ['user']).map(roleOf);
  const password = await passwordFrom(terminal.stdin);

  const { database } = await openDatabase(config);
  try {
    const deps = { db: database.db, hasher: createHasher(), passwordRules: passwordRules[config.preset] };
    const input = { username, password, roles, email: email ?? null, phone: phone ?? null };
    const id = await createUser(deps, input, origin);
    terminal.print(`Made ${username.toLowerCase()} (${roles.join(', ')}), id ${id}.`);
  } finally {
    await database.close();
  }
}

/** The end of its line is no part of it; whatever else comes is. */
async function passwordFrom(stdin: Terminal['stdin']): Promise<string> {
  const typed = readUtf8(await buffer(stdin));
  if (typed === null)
    throw new Error('The password on standard input is not UTF-8. Set the terminal, or the file, to UTF-8.');
  return typed.replace(/\r?\n$/, '');
}

export async function showUsers(config: Config, { print }: Terminal): Promise<void> {
  const { database } = await openDatabase(config);
  try {
    const users = await listUsers(database.db, 10_000);
    const width = Math.max(8, ...users.map(({ username }) => username.length));
    for (const { username, status, roles, enrolled, lastLogin } of users) {
      const mfa = enrolled ? 'MFA' : '–';
      const seen = lastLogin ? `${lastLogin.toISOString().slice(0, 16)}Z` : 'never';
      print(
        `${username.padEnd(width)}  ${status.padEnd(8)}  ${mfa.padEnd(3)}  ${seen.padEnd(17)}  ${roles.join(', ')}`,
      );
    }
  } finally {
    await database.close();
  }
}

export async function changeUser(
  config: Config,
  args: readonly string[],
  status: 'active' | 'disabled',
  { print }: Terminal,
): Promise<void> {
  const { values } = parseArgs({ args: [...args], options: { username: { type: 'string' } } });
  if (!values.username) throw new Error('Say who: --username NAME');
  const { database } = await openDatabase(config);
  try {
    const { db } = database;
    const user = await findUserByName(db, values.username.toLowerCase());
    if (!user) throw new Error(`There is no user named ${values.username}.`);
    await changeStanding({ db, sessions: createSessionCache(db) }, user.id, { status }, origin);
    print(`${user.username} is ${status}.`);
  } finally {
    await database.close();
  }
}
