import type { Deps } from '../deps.ts';
import { isCommonPassword } from './common-passwords.ts';
import { assertPasswordAcceptable } from './core/password-policy.ts';

/** Holds a password that is to be set against the rules, the common ones, and what names its owner and us. Throws 422. */
export function assertNewPassword(
  { passwordRules: rules }: Pick<Deps, 'passwordRules'>,
  { username, email }: { readonly username: string; readonly email: string | null },
  password: string,
): void {
  const context = [username, ...(email ? [email] : []), 'sallyport'];
  assertPasswordAcceptable(password, { rules, isCommon: isCommonPassword, context });
}
