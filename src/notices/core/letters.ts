/** What a user is told of by mail (NIST SP 800-63B 4.6): what happened, when, from where, what to do. No secrets. */
export const notices = {
  factor_added: 'A second factor was added to your account',
  factor_removed: 'A second factor was removed from your account',
  mfa_disabled: 'Two-factor login was switched off for your account',
  recovery_code_used: 'A recovery code was used to log in to your account',
  recovery_codes_regenerated: 'The recovery codes of your account were replaced',
  password_changed: 'The password of your account was changed',
} as const;

export type Notice = keyof typeof notices;

export type Letter = {
  readonly notice: Notice;
  readonly username: string;
  /** Such as the label of a factor. */
  readonly about: string | null;
  readonly at: Date;
  readonly ip: string;
};

/** The mail, as text and as HTML. */
export function writeLetter({ notice, username, about, at, ip }: Letter) {
  const subject = notices[notice];
  const when = `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  const facts = [
    `Account: ${username}`,
    ...(about ? [`What: ${about}`] : []),
    `When: ${when}`,
    `From: ${ip}`,
  ];
  const advice =
    'If this was you, there is nothing to do. If not, change your password now and tell your administrator.';
  return {
    subject,
    text: `${subject}.\n\n${facts.join('\n')}\n\n${advice}\n`,
    html: `<p>${subject}.</p><ul>${facts.map((fact) => `<li>${escaped(fact)}</li>`).join('')}</ul><p>${advice}</p>`,
  };
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
