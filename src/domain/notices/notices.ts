import { escapeHtml } from '../../lib/escape-html.ts';
import { clientName } from './client-name.ts';
import { quotedLabel } from './quoted-label.ts';

/**
 * The subjects of the notices to users (NIST SP 800-63B 4.6). A notice says what happened, when, from where, and what
 * to do. It contains no secrets.
 */
const notices = {
  factor_added: 'A second factor was added to your account',
  enrol_reminder: 'Your account needs a second factor soon',
  factor_removed: 'A second factor was removed from your account',
  mfa_disabled: 'Two-factor login was switched off for your account',
  recovery_code_used: 'A recovery code was used to log in to your account',
  recovery_codes_regenerated: 'The recovery codes of your account were replaced',
  password_changed: 'The password of your account was changed',
  password_reset: 'The password of your account was reset by mail',
  password_removed: 'Your account has no password any more: you log in by passkeys',
  address_changed: 'The mail address or phone number of your account was changed',
  mfa_reset: 'The helpdesk removed your second factors',
  bypass_codes_issued: 'The helpdesk made bypass codes for your account',
  bypass_code_used: 'A bypass code was used to log in to your account',
  second_factor_failed: 'Somebody knows your password: the second step of a login failed',
  login_after_failures: 'A login to your account succeeded after failures',
  password_withdrawn: 'The helpdesk cancelled the password of your account',
  attack_reported:
    'A login to your account was reported as not yours, and its second step is locked for a while',
  device_trusted: 'A device can now log in to your account without the second step',
  device_stolen: 'A device that you trusted may have been copied and is no longer trusted',
  account_locked: 'The second step of your account is locked for a while',
  factor_disabled: 'A second factor of your account was disabled after too many wrong codes',
  test_mail: 'A test mail, which you requested',
} as const;

export type Notice = keyof typeof notices;

/**
 * The subject of an event. `words` come from the code. `labels` are text from users: names of factors, the reason of
 * the helpdesk.
 */
export type About = { readonly words: string } | { readonly labels: readonly string[] };

const reportIt = 'change your password now and tell your administrator.';
const usualAdvice = `If this was you, there is nothing to do. If not, ${reportIt}`;

/** Advice for an event that the owner did not cause, or that needs an action. */
const advices: Partial<Record<Notice, string>> = {
  test_mail: 'Mails of this service reach you. There is nothing to do.',
  enrol_reminder: 'Log in and enrol a second factor. After that time, a login can only enrol one.',
  mfa_reset: `At your next login, your password is enough to set up a new second factor. Until you have set it up, the login can do nothing else. Your sessions have ended, and your old recovery codes no longer work. If you did not ask the helpdesk for this, ${reportIt}`,
  bypass_codes_issued: `Such a code replaces your second factor. The helpdesk gives it to you and to nobody else. If you did not ask for one, ${reportIt}`,
  password_removed:
    'If this was you, there is nothing to do. If not, tell your administrator now: somebody has a passkey of your account.',
  password_withdrawn:
    'Your old password no longer works, and your sessions have ended. Another mail, to the address of your account, has a link to set a new one. If you did not expect this, ask your administrator.',
  second_factor_failed: `No correct code followed. If you mistyped a code and gave up, there is nothing to do. If not, ${reportIt}`,
  account_locked: `Until the lock ends, no code is accepted. If the wrong codes were yours, wait and log in again. If not, somebody knows your password: ${reportIt}`,
  factor_disabled: `The service no longer asks for it. Log in with another factor or a recovery code and set it up again, or ask the helpdesk. If the wrong codes were not yours, somebody knows your password: ${reportIt}`,
  attack_reported: `Somebody knows your password. Until the lock ends, nobody can log in with a push. Whether or not you reported it, ${reportIt}`,
  device_stolen: `The device must pass the second step again. If you restored it from a backup or copied its data, there is nothing else to do. If not, ${reportIt}`,
};

export type NoticeInput = {
  readonly notice: Notice;
  readonly username: string;
  readonly about: About | null;
  readonly at: Date;
  readonly ip: string;
  /** What the client says that it is, if anything: see client-name.ts. */
  readonly client: string | null;
  /** The page where the user can follow the advice. */
  readonly link?: string;
};

export function writeNotice({ notice, username, about, at, ip, client, link }: NoticeInput) {
  const subject = notices[notice];
  const when = `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  const named = clientName(client);
  const facts = [
    `Account: ${username}`,
    ...whatOf(about),
    `When: ${when}`,
    `From: ${ip}`,
    ...(named ? [`With: ${named}`] : []),
  ];
  const advice = advices[notice] ?? usualAdvice;
  return {
    subject,
    text: `${subject}.\n\n${facts.join('\n')}\n\n${advice}\n${link ? `\n${link}\n` : ''}`,
    html: `<p>${subject}.</p><ul>${facts.map((fact) => `<li>${escapeHtml(fact)}</li>`).join('')}</ul><p>${advice}</p>${link ? anchor(link) : ''}`,
  };
}

function whatOf(about: About | null): readonly string[] {
  if (!about) return [];
  if ('words' in about) return [`What: ${about.words}`];
  return about.labels.length > 0 ? [`What: ${about.labels.map(quotedLabel).join(', ')}`] : [];
}

function anchor(link: string): string {
  return `<p><a href="${escapeHtml(link)}">${escapeHtml(link)}</a></p>`;
}
