import type { Deps } from '../../platform/kernel/deps.ts';
import { isPlainText } from '../../lib/plain-text.ts';
import { invalidField } from '../../lib/problem.ts';
import { isCommonPassword } from './common-passwords.ts';
import { assertPasswordAcceptable } from '../../domain/passwords/password-policy.ts';

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
