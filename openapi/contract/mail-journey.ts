import { randomUUID } from 'node:crypto';
import type { AdminSession } from './admin-session.ts';
import type { Inspector } from './inspector.ts';
import { createJourneyClient, stop, tokensIn } from './journey-client.ts';

/** The token of the last link that was mailed to an address. */
export type Inbox = (address: string, page?: 'not-me' | 'recover') => Promise<string | undefined>;

type Invited = { readonly username: string; readonly email: string };

/** Sets a password by the link of an invitation, and another one by the link for a forgotten password. */
export async function passwordByMail(
  inspector: Inspector,
  { step }: AdminSession,
  { username, email }: Invited,
  inbox: Inbox,
): Promise<void> {
  const { secrets } = inspector;

  async function linkTo(): Promise<string> {
    const token = await inbox(email);
    secrets.learn(token);
    return token ?? stop('no mail with a link');
  }
  const set = (what: string, token: string, password: string, status = 204, type?: string) =>
    step(what, 'resetPassword', { body: { token, new_password: password } }, status, type);

  async function logInBy(password: string): Promise<void> {
    const client = createJourneyClient(inspector, { username, password });
    const tokens = tokensIn(await client.logIn('log in with the new password'));
    await client.step('log out', 'logOut', tokens, 204);
  }

  const [first, second] = [`three ${randomUUID()}`, `four ${randomUUID()}`];
  secrets.learn([first, second]);
  const invitation = await linkTo();
  await step('whose link it is', 'readPasswordLink', { body: { token: invitation } });
  await set('too short a password', invitation, 'short', 422, 'password-rejected');
  await set('the first password', invitation, first);
  await set('a link works once', invitation, second, 401, 'invalid-token');
  await logInBy(first);

  await step('forgotten', 'forgotPassword', { body: { username } }, 202);
  await set('another password', await linkTo(), second);
  await logInBy(second);
}
