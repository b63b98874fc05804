import { readFileSync } from 'node:fs';
import { assertPasswordAcceptable } from '../../domain/passwords/password-policy.ts';
import { passwordReused } from '../../domain/passwords/password-problems.ts';
import { isPlainText } from '../../lib/plain-text.ts';
import { invalidField } from '../../lib/problem.ts';
import type { Deps } from '../../platform/kernel/deps.ts';

const noPlainText =
  'One line, without tabs and other control characters. A login refuses any other, so nobody could log in by it.';

/**
 * Holds a password that is to be set against the rules, the common ones, and what names its owner and us. Throws 422; 400
 * where a login could not take it, whoever sets it.
 */
export function assertNewPassword(
  { passwordRules: rules }: Pick<Deps, 'passwordRules'>,
  { username, email }: { readonly username: string; readonly email: string | null },
  password: string,
): void {
  if (!isPlainText(password)) throw invalidField('#/password', noPlainText);
  const context = [username, ...(email ? [email] : []), 'sallyport'];
  assertPasswordAcceptable(password, { rules, isCommon: isCommonPassword, context });
}

/** Where the entries come from and how they were chosen is told in the file itself. */
const file = new URL('./common-passwords.txt', import.meta.url);

/** Lower-case, each of 12 code points or more; read once, when the service starts. */
export const commonPasswords: ReadonlySet<string> = new Set(
  readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !/^#( |$)/.test(line)),
);

/** True if the whole password is on the list, in whatever case. What merely contains an entry is not. */
export function isCommonPassword(password: string): boolean {
  return commonPasswords.has(password.normalize('NFC').toLowerCase());
}

/** The hashes that a new password is held against, the last one first: that one always, more where policy says so. */
export function earlierPasswords(
  { passwordRules }: Pick<Deps, 'passwordRules'>,
  user: { readonly passwordHash: string | null; readonly passwordHistory: readonly string[] },
): readonly string[] {
  const all = [...(user.passwordHash ? [user.passwordHash] : []), ...user.passwordHistory];
  return all.slice(0, Math.max(1, passwordRules.history));
}

/** Throws 422. */
export async function assertNotReused(
  { hasher }: Pick<Deps, 'hasher'>,
  next: string,
  earlier: readonly string[],
  network: string,
): Promise<void> {
  for (const hash of earlier) {
    if (await hasher.verify(hash, next, network)) throw passwordReused(earlier.length);
  }
}
