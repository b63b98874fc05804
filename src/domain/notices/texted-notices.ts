/**
 * The notices that also go to the owner's telephone. Each tells of something that takes the protection of the account
 * away, or is about to. Somebody else can be behind it, and the owner who acts at once can still stop it or lock the
 * account. Everything else goes by mail alone: a text costs money, and a person who gets many reads none.
 */
export const textedNotices = [
  'asked_mfa_reset',
  'asked_bypass_code',
  'asked_password_reset',
  'asked_exemption',
  'asked_admin_role',
  'mfa_reset',
  'bypass_codes_issued',
  'password_withdrawn',
  'password_reset',
  'password_removed',
  'address_changed',
  'factor_removed',
  'mfa_disabled',
  'recovery_begun',
  'recovery_proven',
  'recovery_ready',
  'account_recovered',
  'break_glass_used',
] as const;

export type TextedNotice = (typeof textedNotices)[number];
