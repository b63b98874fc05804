import { randomUUID } from 'node:crypto';
import { generateSecret } from 'otplib';
import { deliverDue } from '../../src/features/notices/outbox-worker.ts';
import { makeShares } from '../../src/features/user-admin/break-glass.ts';
import { importUsers } from '../../src/features/user-admin/import-users.ts';
import { createUser } from '../../src/features/users/create-user.ts';
import type { ClientInfo } from '../../src/lib/client-info.ts';
import type { Mail } from '../../src/platform/adapters/messages.ts';
import type { Deps } from '../../src/platform/kernel/deps.ts';
import { openInMemory, pageOrigin } from '../in-memory.ts';
import type { Administrator } from './admin-session.ts';
import type { Account } from './journey-client.ts';
import type { Inbox } from './mail-journey.ts';

/** A service of our own, in memory, with an account that may do everything that a user may, and an administrator. */
export async function startService() {
  const { app, deps, close } = await openInMemory();
  const account: Account = { username: 'contract', password: 'seven wet umbrellas' };
  const origin = { ip: '127.0.0.1', userAgent: null, requestId: randomUUID() };
  await createUser(
    deps,
    { client: origin, now: new Date() },
    { ...account, email: null, phone: null, roles: ['user', 'vendor'] },
  );
  const admin = await importAdministrator(deps, origin, 'contract-admin');
  const colleague = await importAdministrator(deps, origin, 'contract-colleague');
  const shares = await makeShares(deps, { client: origin, now: new Date() }, { shares: 3, needed: 3 });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  const two = { colleague, shares };
  return { url, account, admin, throwaway: true, inbox: inboxOf(deps), pageOrigin, two, close };
}

/** As one who comes from another application, and brings an authenticator app along. */
async function importAdministrator(deps: Deps, origin: ClientInfo, username: string): Promise<Administrator> {
  const [password, totpSecret] = ['eight dry umbrellas', generateSecret({ length: 20 })];
  const user = {
    username,
    email: `${username}@contract.invalid`,
    roles: ['admin'],
    password_hash: await deps.hasher.hash(password),
    totp_secret: totpSecret,
  };
  async function* lines() {
    yield { number: 1, text: JSON.stringify(user) };
  }
  const counts = { imported: 0, skipped: 0 };
  const skip = (_: number, why: string) => {
    throw new Error(why);
  };
  await importUsers(
    deps,
    { client: origin, now: new Date() },
    { lines: lines(), rules: { shortSecrets: false }, report: { counts, skip } },
  );
  return { username, password, totpSecret };
}

/** Takes the mails that wait to be sent. */
const links = {
  'not-me': /\/not-me#token=([\w-]{43})$/m,
  recover: /\/recover#token=([\w-]{43})$/m,
  password: /\/(?:reset|invite)#token=([\w-]{43})$/m,
};

function inboxOf({ db, vault, portalUrl }: Deps): Inbox {
  const mails: Mail[] = [];
  const sendMail = async (mail: Mail) => void mails.push(mail);
  const onFailure = (error: unknown) => {
    throw error;
  };
  return async (address, page) => {
    while ((await deliverDue({ db, vault, portalUrl, sendMail, onFailure })) > 0);
    const texts = mails.filter(({ to }) => to === address).map(({ text }) => text);
    const link = links[page ?? 'password'];
    return texts.flatMap((text) => link.exec(text)?.[1] ?? []).at(-1);
  };
}
