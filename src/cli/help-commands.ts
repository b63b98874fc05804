import { parseArgs } from 'node:util';
import type { Db } from '../../db/connect.ts';
import type { Config } from '../config.ts';
import { serviceName } from '../create-deps.ts';
import type { Deps } from '../deps.ts';
import { createSessionCache } from '../login/session-cache.ts';
import { issueBypassCode } from '../mfa/issue-bypass-code.ts';
import { bypassSetup } from '../mfa/providers/bypass-codes.ts';
import { createProviders } from '../mfa/providers.ts';
import { resetMfa } from '../mfa/reset-mfa.ts';
import { openDatabase } from '../open-database.ts';
import { parseInput } from '../parse-input.ts';
import { changeStanding } from '../users/change-standing.ts';
import { inviteUser } from '../users/invite-user.ts';
import { unlockUser } from '../users/unlock-user.ts';
import { findUserByName } from '../users/user-store.ts';
import { consoleOrigin, roleOf, type Terminal } from './shell.ts';

type Print = Pick<Terminal, 'print'>;
type HelpDeps = Pick<Deps, 'db' | 'vault' | 'providers' | 'sessions' | 'portalUrl'>;

const who = { username: { type: 'string' } } as const;
const why = { reason: { type: 'string' }, ticket: { type: 'string' } } as const;
const laterOf = ({ production, mail }: Config) =>
  production && !mail
    ? 'NO mail is sent: set SMTP_URL and MAIL_FROM for the service.'
    : 'The service sends the mail.';

export async function inviteFromTerminal(config: Config, args: readonly string[], { print }: Print) {
  const roles = { role: { type: 'string', multiple: true } } as const;
  const options = { ...who, ...roles, email: { type: 'string' }, phone: { type: 'string' } } as const;
  const { values } = parseArgs({ args: [...args], options });
  const username = required(values.username, '--username NAME');
  const email = required(values.email, '--email ADDRESS');
  const invitation = {
    username,
    email,
    phone: values.phone ?? null,
    roles: (values.role ?? ['user']).map(roleOf),
  };
  await withDeps(config, async (deps) => {
    const id = await inviteUser(deps, null, invitation, consoleOrigin);
    print(`Invited ${username.toLowerCase()} (${invitation.roles.join(', ')}), id ${id}. ${laterOf(config)}`);
  });
}

export async function changeRoles(config: Config, args: readonly string[], { print }: Print): Promise<void> {
  const options = { ...who, role: { type: 'string', multiple: true } } as const;
  const { values } = parseArgs({ args: [...args], options });
  const roles = [...new Set(values.role ?? [])].map(roleOf);
  if (roles.length === 0) throw new Error('Say which: --role ROLE, once or more often');
  await withUser(config, values.username, async (deps, user) => {
    await changeStanding(deps, user.id, { roles }, consoleOrigin);
    print(`${user.username} is ${roles.join(', ')}.`);
  });
}

export async function resetMfaOf(config: Config, args: readonly string[], { print }: Print): Promise<void> {
  const { values } = parseArgs({ args: [...args], options: { ...who, ...why } });
  const cause = { reason: required(values.reason, '--reason TEXT'), ticket: values.ticket ?? null };
  await withUser(config, values.username, async (deps, user) => {
    await resetMfa(deps, null, user.id, cause, consoleOrigin);
    print(
      `${user.username} has no second factor any more and must enrol one at the next login. ${laterOf(config)}`,
    );
  });
}

export async function issueBypassCodeTo(config: Config, args: readonly string[], { print }: Print) {
  const numbers = { uses: { type: 'string' }, 'expires-in': { type: 'string' } } as const;
  const { values } = parseArgs({ args: [...args], options: { ...who, ...why, ...numbers } });
  const cause = { reason: required(values.reason, '--reason TEXT'), ticket: values.ticket ?? null };
  const { uses, expires_in: expiresInSeconds } = parseInput(bypassSetup, {
    ...(values.uses && { uses: Number(values.uses) }),
    ...(values['expires-in'] && { expires_in: Number(values['expires-in']) }),
  });
  await withUser(config, values.username, async (deps, user) => {
    const times = { uses, expiresInSeconds };
    const { code, expiresAt } = await issueBypassCode(deps, null, user.id, times, cause, consoleOrigin);
    print(
      `${code}  good ${uses === 1 ? 'once' : `${uses} times`}, until ${expiresAt.toISOString()}. ${laterOf(config)}`,
    );
  });
}

export async function unlockFromTerminal(config: Config, args: readonly string[], { print }: Print) {
  const { values } = parseArgs({ args: [...args], options: who });
  await withUser(config, values.username, async (deps, user) => {
    await unlockUser(deps, null, user.id, consoleOrigin);
    print(`${user.username} is unlocked.`);
  });
}

function required(value: string | undefined, what: string): string {
  if (!value) throw new Error(`Missing: ${what}`);
  return value;
}

async function withUser(
  config: Config,
  name: string | undefined,
  work: (deps: HelpDeps, user: { readonly id: string; readonly username: string }) => Promise<void>,
): Promise<void> {
  const username = required(name, '--username NAME').toLowerCase();
  await withDeps(config, async (deps) => {
    const user = await findUserByName(deps.db, username);
    if (!user) throw new Error(`There is no user named ${username}.`);
    await work(deps, user);
  });
}

async function withDeps(config: Config, work: (deps: HelpDeps) => Promise<void>): Promise<void> {
  const { database, vault } = await openDatabase(config);
  const { issuer, portalUrl } = config.http;
  const db: Db = database.db;
  // Every method, so that factors tell which addresses have to hear of it. Nothing is sent from here.
  const carriers = { sendMail: unsent, sms: { sendSms: unsent } };
  const io = { serviceName: serviceName(issuer), mac: vault.mac, ...carriers };
  const providers = createProviders({ ...io, ...(config.webauthn && { webauthn: config.webauthn }) });
  try {
    await work({ db, vault, providers, sessions: createSessionCache(db), portalUrl });
  } finally {
    await database.close();
  }
}

async function unsent(): Promise<never> {
  throw new Error('The console sends nothing');
}
