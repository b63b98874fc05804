/** The factors of an account, as far as they open it without a password. */
type Owned = { readonly passkeys: number; readonly recoveryCodes: number };

/**
 * Whether an account can go without a password: with two passkeys, or with one and recovery codes. Otherwise the loss of
 * one device would lock its owner out.
 */
export function opensWithoutPassword({ passkeys, recoveryCodes }: Owned): boolean {
  return passkeys >= 2 || (passkeys === 1 && recoveryCodes > 0);
}
