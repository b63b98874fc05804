import { text } from 'node:stream/consumers';
import { justificationBody, justificationOf } from '../../api/admin/help-schemas.ts';
import { userOf } from '../../api/admin/user-schemas.ts';
import { passwordRules } from '../../domain/passwords/password-policy.ts';
import { createHasher } from '../../features/passwords/password-hash.ts';
import { logOutEverybody } from '../../features/user-admin/end-every-session.ts';
import { endUserSessions } from '../../features/user-admin/end-user-sessions.ts';
import { readAccount } from '../../features/user-admin/read-account.ts';
import { readTimeline } from '../../features/user-admin/read-timeline.ts';
import { setPassword } from '../../features/user-admin/set-password.ts';
import { parseInput } from '../../lib/parse-input.ts';
import type { Config } from '../config/config.ts';
import { reason, why } from './help-commands.ts';
import { userNamed, withDeps, withRules, withUser } from './open-deps.ts';
import { type Console, consoleContext, type Terminal } from './shell.ts';
import { whichUser } from './user-commands.ts';
import { type Commands, command, flag, one, read, required } from './words.ts';

type Print = Pick<Terminal, 'print'>;
type Who = { readonly username: string };
type Why = { readonly reason: string; readonly ticket?: string };

const showWords = () => command('show', 'one account: factors, locks, sessions', whichUser());
const timelineWords = () =>
  command(
    'timeline',
    'what happened to an account, in words, newest first',
    whichUser(),
    one('--limit <N>', 'how many entries, 1 to 200 (50)'),
  );
const logOutWords = () =>
  command('log-out', 'end all sessions of a user at once', whichUser(), ...why(required(reason())));
const setPasswordWords = () =>
  command(
    'set-password',
    'set a password (asked for twice, not shown); all sessions of the user end',
    whichUser(),
    ...why(required(reason())),
    flag('--password-stdin', 'read it from standard input instead'),
  );
const endWords = () =>
  command(
    'end',
    'end sessions at once: of all users, as after a restore of the database, or of one user',
    flag('--all', 'of all users; trusted devices end too'),
    one('--username <NAME>', 'of this user'),
    ...why(required(reason())),
  );

async function showUser(config: Config, args: readonly string[], { print }: Print): Promise<void> {
  const { username } = read<Who>(showWords, args);
  await withRules(config, async (deps) => {
    const { id } = await userNamed(deps.db, username);
    print(JSON.stringify(userOf(await readAccount(deps, id)), null, 2));
  });
}

async function showTimeline(config: Config, args: readonly string[], { print }: Print): Promise<void> {
  const { username, limit = '50' } = read<Who & { limit?: string }>(timelineWords, args);
  if (!/^([1-9]|[1-9]\d|1\d\d|200)$/.test(limit)) throw new Error('Give a number from 1 to 200: --limit 50');
  await withUser(config, username, async (deps, { id }) => {
    const page = { limit: Number(limit), cursor: undefined };
    const { entries } = await readTimeline(deps, consoleContext(), { readerId: null, userId: id, page });
    for (const { at, kind, says, by } of entries)
      print(`${at.toISOString().slice(0, 19)}Z  ${kind.padEnd(7)}  ${says}${by ? ` (${by})` : ''}`);
  });
}

async function logOut(config: Config, args: readonly string[], { print }: Print): Promise<void> {
  const { username, ...given } = read<Who & Why>(logOutWords, args);
  const cause = justificationOf(parseInput(justificationBody, given));
  await withUser(config, username, async (deps, user) => {
    await endUserSessions(deps, consoleContext(), { by: null, userId: user.id, cause });
    print(`${user.username} is logged out everywhere.`);
  });
}

async function setPasswordOf(
  config: Config,
  args: readonly string[],
  there: Terminal & Pick<Console, 'askHidden'>,
): Promise<void> {
  const words = read<Who & Why & { passwordStdin?: boolean }>(setPasswordWords, args);
  const { username, passwordStdin = false, ...given } = words;
  const cause = justificationOf(parseInput(justificationBody, given));
  await withUser(config, username, async (deps, user) => {
    const password = passwordStdin ? await passwordFrom(there) : await askTwice(there, user.username);
    const rules = { hasher: createHasher(), passwordRules: passwordRules[config.preset] };
    await setPassword({ ...deps, ...rules }, consoleContext(), { userId: user.id, password, cause });
    there.print(
      `${user.username} has a new password, and is logged out everywhere. The service sends the mail.`,
    );
  });
}

async function passwordFrom({ stdin }: Terminal): Promise<string> {
  return (await text(stdin)).replace(/\r?\n$/, '');
}

export async function askTwice({ askHidden }: Pick<Console, 'askHidden'>, username: string): Promise<string> {
  if (!askHidden) throw new Error('There is no terminal to ask for the password. Use --password-stdin.');
  const first = await askHidden(`New password of ${username}: `);
  if ((await askHidden('Repeat the password: ')) === first) return first;
  throw new Error('The two passwords differ. Nothing was changed.');
}

async function endSessionsFromTerminal(config: Config, args: readonly string[], terminal: Print) {
  const { all = false, username, ...given } = read<Why & Partial<Who> & { all?: boolean }>(endWords, args);
  if (all === (username !== undefined)) throw new Error('Give --all or --username NAME');
  if (username !== undefined) {
    const { reason: because, ticket } = given;
    const more = ticket === undefined ? [] : ['--ticket', ticket];
    return logOut(config, ['--username', username, '--reason', because, ...more], terminal);
  }
  const cause = justificationOf(parseInput(justificationBody, given));
  await withDeps(config, async (deps) => {
    const ended = await logOutEverybody(deps, consoleContext(), cause);
    terminal.print(`Ended ${ended} session${ended === 1 ? '' : 's'}. No device is trusted any more.`);
  });
}

export const accountCommands: Commands = (config, there) => [
  [showWords, (args) => showUser(config(), args, there)],
  [timelineWords, (args) => showTimeline(config(), args, there)],
  [logOutWords, (args) => logOut(config(), args, there)],
  [setPasswordWords, (args) => setPasswordOf(config(), args, there)],
];

export const sessionCommands: Commands = (config, there) => [
  [endWords, (args) => endSessionsFromTerminal(config(), args, there)],
];
