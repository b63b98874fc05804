import { buffer } from 'node:stream/consumers';
import { languages } from '../../domain/notices/texts/catalogue.ts';
import { passwordRules } from '../../domain/passwords/password-policy.ts';
import { roleNames } from '../../domain/users/roles.ts';
import { createHasher } from '../../features/passwords/password-hash.ts';
import { createSessionCache } from '../../features/sessions/session-cache.ts';
import { changeAccountStatus } from '../../features/user-admin/change-account-status.ts';
import { createUser } from '../../features/users/create-user.ts';
import { findUserByName, listUsers } from '../../features/users/user-store.ts';
import { readUtf8 } from '../../lib/plain-text.ts';
import type { Config } from '../config/config.ts';
import { openDatabase } from '../open-database.ts';
import { consoleContext, roleOf, type Terminal } from './shell.ts';
import { type Commands, command, flag, many, one, read, required } from './words.ts';

export const whichUser = () => required(one('--username <NAME>', 'the username'));
export const addresses = () => [
  one('--phone <+NUMBER>', 'a telephone number, as +15095550100'),
  many('--role <ROLE>', `one of ${roleNames.join(', ')} (user); may be repeated`),
  one('--language <TAG>', `the language of mails: one of ${languages.join(', ')} (DEFAULT_LANGUAGE)`),
];

const addUserWords = () =>
  command(
    'add',
    'make an account with a password; no mail is sent',
    whichUser(),
    one('--email <ADDRESS>', 'a mail address'),
    ...addresses(),
    required(flag('--password-stdin', 'read the password from standard input')),
  );

const changeUserWords = (status: 'active' | 'disabled') => () =>
  status === 'active'
    ? command('enable', 'enable an account: its user can log in again', whichUser())
    : command('disable', 'disable an account, and end its sessions at once', whichUser());

export type NewUser = {
  readonly username: string;
  readonly email?: string;
  readonly phone?: string;
  readonly role?: readonly string[];
  readonly language?: string;
};

/** Creates a user. The password comes from standard input, so that no process list and no shell history contains it. */
export async function addUser(config: Config, args: readonly string[], terminal: Terminal): Promise<void> {
  const { username, email, phone, language, role = ['user'] } = read<NewUser>(addUserWords, args);
  const roles = role.map(roleOf);
  const password = await passwordFrom(terminal.stdin);

  const { database } = await openDatabase(config);
  try {
    const deps = { db: database.db, hasher: createHasher(), passwordRules: passwordRules[config.preset] };
    const input = { username, password, roles, language, email: email ?? null, phone: phone ?? null };
    const id = await createUser(deps, consoleContext(), input);
    terminal.print(`Made ${username.toLowerCase()} (${roles.join(', ')}), id ${id}.`);
  } finally {
    await database.close();
  }
}

/** Removes the line break at the end. All other characters belong to the password. */
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
  const { username } = read<{ username: string }>(changeUserWords(status), args);
  const { database } = await openDatabase(config);
  try {
    const { db } = database;
    const user = await findUserByName(db, username.toLowerCase());
    if (!user) throw new Error(`There is no user named ${username}.`);
    await changeAccountStatus({ db, sessions: createSessionCache(db) }, consoleContext(), user.id, {
      status,
    });
    print(`${user.username} is ${status}.`);
  } finally {
    await database.close();
  }
}

const showUsersWords = () => command('list', 'show all accounts');

export const userCommands: Commands = (config, there) => [
  [addUserWords, (args) => addUser(config(), args, there)],
  [showUsersWords, () => showUsers(config(), there)],
  [changeUserWords('disabled'), (args) => changeUser(config(), args, 'disabled', there)],
  [changeUserWords('active'), (args) => changeUser(config(), args, 'active', there)],
];
