import type { Option } from 'commander';
import { bypassBody, justificationBody, justificationOf } from '../../api/admin/help-schemas.ts';
import { roleNames } from '../../domain/users/roles.ts';
import { changeAccountStatus } from '../../features/user-admin/change-account-status.ts';
import { inviteUser } from '../../features/user-admin/invite-user.ts';
import { issueBypassCode } from '../../features/user-admin/issue-bypass-code.ts';
import { resetMfa } from '../../features/user-admin/reset-mfa.ts';
import { unlockUser } from '../../features/user-admin/unlock-user.ts';
import { parseInput } from '../../lib/parse-input.ts';
import type { Config } from '../config/config.ts';
import { withDeps, withUser } from './open-deps.ts';
import { consoleContext, roleOf, type Terminal } from './shell.ts';
import { addresses, type NewUser, whichUser } from './user-commands.ts';
import { type Commands, command, many, one, read, required } from './words.ts';

type Print = Pick<Terminal, 'print'>;

export const why = (reason: Option) => [reason, one('--ticket <TEXT>', 'the number of the ticket')];
export const reason = () => one('--reason <TEXT>', 'why, and how you checked who asked; kept in the audit');
const laterOf = ({ production, mail }: Config) =>
  production && !mail
    ? 'NO mail is sent: set SMTP_URL and MAIL_FROM for the service.'
    : 'The service sends the mail.';

const inviteWords = () =>
  command(
    'invite',
    'make an account, and mail a link to set its password',
    whichUser(),
    required(one('--email <ADDRESS>', 'where the link goes')),
    ...addresses(),
  );

const rolesWords = () =>
  command(
    'roles',
    'give a user exactly these roles, and end all sessions',
    whichUser(),
    required(many('--role <ROLE>', `one of ${roleNames.join(', ')}; may be repeated`)),
  );

const resetMfaWords = () =>
  command(
    'reset-mfa',
    'remove every second factor; the user enrols a new one at the next login',
    whichUser(),
    ...why(required(reason())),
  );

const bypassCodeWords = () =>
  command(
    'bypass-code',
    'make a code that replaces the second factor',
    whichUser(),
    ...why(required(reason())),
    one('--uses <N>', 'how often it works, 1 to 10 (1)'),
    one('--expires-in <SECONDS>', 'how long it works, 60 to 86400 (3600)'),
  );

const unlockWords = () =>
  command(
    'unlock',
    'reset the counts of wrong passwords and codes, and enable factors that they disabled',
    whichUser(),
    ...why(reason()),
  );

type Who = { readonly username: string };
type Why = Who & { readonly reason: string; readonly ticket?: string };

export async function inviteFromTerminal(config: Config, args: readonly string[], { print }: Print) {
  const words = read<NewUser & { email: string }>(inviteWords, args);
  const { username, email, phone = null, language, role = ['user'] } = words;
  const invitation = { username, email, phone, language, roles: role.map(roleOf) };
  await withDeps(config, async (deps) => {
    const id = await inviteUser(deps, consoleContext(), null, invitation);
    print(`Invited ${username.toLowerCase()} (${invitation.roles.join(', ')}), id ${id}. ${laterOf(config)}`);
  });
}

export async function changeRoles(config: Config, args: readonly string[], { print }: Print): Promise<void> {
  const { username, role } = read<Who & { role: readonly string[] }>(rolesWords, args);
  const roles = [...new Set(role)].map(roleOf);
  await withUser(config, username, async (deps, user) => {
    await changeAccountStatus(deps, consoleContext(), user.id, { roles });
    print(`${user.username} is ${roles.join(', ')}.`);
  });
}

export async function resetMfaOf(config: Config, args: readonly string[], { print }: Print): Promise<void> {
  const { username, ...given } = read<Why>(resetMfaWords, args);
  const cause = justificationOf(parseInput(justificationBody, given));
  await withUser(config, username, async (deps, user) => {
    await resetMfa(deps, consoleContext(), { by: null, userId: user.id, cause });
    print(
      `${user.username} has no second factor any more and must enrol one at the next login. ${laterOf(config)}`,
    );
  });
}

export async function issueBypassCodeTo(config: Config, args: readonly string[], { print }: Print) {
  const words = read<Why & { uses?: string; expiresIn?: string }>(bypassCodeWords, args);
  const { username, uses: often, expiresIn: long, ...given } = words;
  const {
    uses,
    expires_in: expiresInSeconds,
    ...cause
  } = parseInput(bypassBody, {
    ...given,
    ...(often !== undefined && { uses: Number(often) }),
    ...(long !== undefined && { expires_in: Number(long) }),
  });
  await withUser(config, username, async (deps, user) => {
    const times = { uses, expiresInSeconds };
    const why = justificationOf(cause);
    const { code, expiresAt } = await issueBypassCode(deps, consoleContext(), {
      by: null,
      userId: user.id,
      input: times,
      cause: why,
    });
    print(
      `${code}  good ${uses === 1 ? 'once' : `${uses} times`}, until ${expiresAt.toISOString()}. ${laterOf(config)}`,
    );
  });
}

/** A reason is optional here. It always was, and operators need this command when no administrator can log in. */
export async function unlockFromTerminal(config: Config, args: readonly string[], { print }: Print) {
  const { username, ...given } = read<Who & Partial<Why>>(unlockWords, args);
  const isJustified = given.reason !== undefined || given.ticket !== undefined;
  const cause = isJustified ? justificationOf(parseInput(justificationBody, given)) : null;
  await withUser(config, username, async (deps, user) => {
    await unlockUser(deps, consoleContext(), { by: null, userId: user.id, cause });
    print(`${user.username} is unlocked.`);
  });
}

export const helpCommands: Commands = (config, there) => [
  [inviteWords, (args) => inviteFromTerminal(config(), args, there)],
  [rolesWords, (args) => changeRoles(config(), args, there)],
  [unlockWords, (args) => unlockFromTerminal(config(), args, there)],
  [resetMfaWords, (args) => resetMfaOf(config(), args, there)],
  [bypassCodeWords, (args) => issueBypassCodeTo(config(), args, there)],
];
