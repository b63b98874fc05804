import { tokenIn } from '../support/links.ts';
import { meaningOf, typedCode } from './codes.ts';
import { type Account, isBlocked, type Link, limits, notePass } from './facts.ts';
import { type Allowed, type History, refused, refusedCode } from './history.ts';
import { mailsOf } from './mails.ts';

/** Asks for a link, and reads the mail. Always the same answer, and no more than three mails in a quarter of an hour. */
export async function forgetPassword(h: History, owner: Account): Promise<void> {
  await h.ask(
    `${owner.name} forgot the password`,
    ['POST', '/auth/password/forgot', { username: owner.username }],
    [{ status: 202 }],
  );
  await readLink(h, owner, 'forgotten');
}

export async function readLink(h: History, owner: Account, kind: keyof typeof limits.link): Promise<void> {
  const token = (await mailsOf(h, owner)).map(tokenIn).findLast((one) => one !== 'no link');
  if (!token) return;
  if (!owner.active) h.disagree('a link for an account that is disabled');
  for (const link of h.links) if (link.owner === owner && link.kind === kind) link.over = true;
  h.links.push({ token, owner, kind, endsAt: h.now() + limits.link[kind], over: false });
}

/** Where its owner gave the password up, the mailbox alone sets none: a recovery code comes with the link. */
export async function useLink(
  h: History,
  link: Link,
  code: 'recovery' | 'bypass' | null = null,
): Promise<void> {
  const { owner } = link;
  const next = h.passphrase();
  const text = code === null ? undefined : typedCode(h, owner, code);
  await h.ask(
    `${owner.name} sets a password by a link of a mail${code === null ? '' : `, with a ${code} code`}`,
    [
      'POST',
      '/auth/password/reset',
      { token: link.token, new_password: next, ...(text && { recovery_code: text }) },
    ],
    linkAnswers(h, link, { next, text }),
  );
}

function linkAnswers(
  h: History,
  { owner, kind, over, endsAt }: Link,
  { next, text }: { readonly next: string; readonly text: string | undefined },
): readonly Allowed[] {
  const now = h.now();
  if (over || now >= endsAt || !owner.active) return [refused.token];
  const after = () => {
    h.changePassword(owner, next, null);
    owner.guesses.failed = 0;
  };
  if (!owner.passwordless || kind !== 'forgotten') return [{ status: 204, after }];
  if (text === undefined) return [{ status: 400, type: 'invalid-request' }];
  if (owner.apps.length === 0) return [refused.wrongCode]; // no codes are left on paper: nothing is compared or counted
  if (isBlocked(owner, now)) return [refused.codes];
  const meaning = meaningOf(owner, text, now, { apps: [], recovery: true, bypass: true });
  if (meaning.kind !== 'right') return refusedCode(h, owner, 'wrong', () => {});
  const spend = () => {
    meaning.spend();
    notePass(owner, h.now());
    after();
  };
  return [{ status: 204, after: spend }];
}
