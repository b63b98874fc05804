import { readFileSync } from 'node:fs';
import { assertPasswordAcceptable } from '../../domain/passwords/password-policy.ts';
import { passwordReused } from '../../domain/passwords/password-problems.ts';
import { isPlainText } from '../../lib/plain-text.ts';
import { invalidField } from '../../lib/problem.ts';
import type { Deps } from '../../platform/kernel/deps.ts';

const noPlainText =
  'One line, without tabs and other control characters. A login refuses any other, so nobody could log in by it.';

/**
 * Checks a new password against the rules, the common passwords, its owner's username and mail address, and the
 * product's name. Throws 422 password-rejected. Throws 400 if a login could not accept the password, no matter who
 * sets it.
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

/** The file itself says where the entries come from and how they were chosen. */
const file = new URL('./common-passwords.txt', import.meta.url);

/** Lower-case entries of at least 12 code points. The service reads them once, at its start. */
export const commonPasswords: ReadonlySet<string> = new Set(
  readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !/^#( |$)/.test(line)),
);

/**
 * True if the whole password is on the list, regardless of case. A password that only contains an entry is not
 * common.
 */
export function isCommonPassword(password: string): boolean {
  return commonPasswords.has(password.normalize('NFC').toLowerCase());
}

/**
 * The hashes that a new password must not match, the latest first. The current one always counts, and earlier ones if
 * the rules say so.
 */
export function earlierPasswords(
  { passwordRules }: Pick<Deps, 'passwordRules'>,
  user: { readonly passwordHash: string | null; readonly passwordHistory: readonly string[] },
): readonly string[] {
  const all = [...(user.passwordHash ? [user.passwordHash] : []), ...user.passwordHistory];
  return all.slice(0, Math.max(1, passwordRules.history));
}

/** Throws 422 password-rejected if the new password matches an earlier hash. */
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

/** What `savePassword` stores: the hash of the new password, and the earlier hashes that stay forbidden. */
export async function hashNewPassword(
  { hasher, passwordRules }: Pick<Deps, 'hasher' | 'passwordRules'>,
  next: string,
  earlier: readonly string[],
  network: string,
) {
  return {
    passwordHash: await hasher.hash(next, network),
    passwordHistory: earlier.slice(0, passwordRules.history),
  };
}
