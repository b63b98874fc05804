/** The subject of a timeline entry. */
export const kinds = ['send', 'letter', 'login', 'failure', 'lock', 'change', 'help'] as const;
export type Kind = (typeof kinds)[number];

/** The fields of an audit event that the helpdesk may see. */
export type TimelineEvent = {
  readonly type: string;
  readonly outcome: string;
  readonly method: string | null;
  readonly area: string | null;
  /** The masked address or number that the codes go to. Null if the factor is gone. */
  readonly hint: string | null;
  readonly reason: string | null;
  /** For a text message: when the user entered its code, and whether the carrier refused it. */
  readonly answeredAt: Date | null;
  readonly textFailed: boolean | null;
  /** How the helpdesk knew the caller: the method of a passed check, and other kinds of evidence. */
  readonly callerMethod: string | null;
  readonly evidence: readonly string[] | null;
  /** Whether the answer of a check came from the helpdesk’s own network. */
  readonly fromAsker: boolean | null;
};

export type TimelineNotice = {
  readonly channel: 'mail' | 'sms';
  readonly subject: string;
  readonly hint: string;
  readonly attempts: number;
  readonly endedAt: Date | null;
  readonly sent: boolean | null;
  readonly trouble: string | null;
};

const methods: Readonly<Record<string, string>> = {
  password: 'the password alone',
  totp: 'an authenticator app',
  sms: 'text message',
  email: 'e-mail',
  recovery_code: 'a recovery code',
  bypass_code: 'a bypass code of the helpdesk',
  duo_push: 'Duo Push',
  duo_universal: 'Duo',
  webauthn: 'a security key or passkey',
};

const reasons = {
  send: 'Too many codes were requested: it is too early for the next one.',
  second_factor: 'The second factor is locked, so nothing is sent.',
  sms_paused: 'Text messages to this number are paused for a while.',
  sms_country_not_allowed: 'Text messages do not go to the country of this number.',
  phone_invalid: 'The carrier says that this number does not exist.',
  phone_not_sms_capable: 'The carrier says that this number takes no text messages.',
  sms_blocked: 'The carrier blocks text messages to this number.',
  sms_rate_limited: 'The carrier was sent too many messages.',
  sms_unavailable: 'The carrier did not take it.',
  mail_unavailable: 'The mail server did not take it.',
} as const;

/** Why a code was not sent. A client may have words of its own for each; a value is never renamed. */
export type SendReason = keyof typeof reasons;
export const sendReasons = Object.keys(reasons) as [SendReason, ...SendReason[]];

/** The kinds of a recovery that are no method. */
const recoveryWords: Readonly<Record<string, string>> = {
  device: 'a trusted device with the password',
  colleague: 'the code of a colleague',
};

type Words = readonly [Kind, string | ((event: TimelineEvent) => string)];

const by = ({ method }: TimelineEvent) => methods[method ?? ''] ?? 'another method';
const to = ({ hint }: TimelineEvent) => (hint ? ` to ${hint}` : '');
const shownBy = (event: TimelineEvent) => recoveryWords[event.method ?? ''] ?? by(event);
const sends = ['sms', 'email'];

/**
 * The kind and the sentence for each event type that concerns the helpdesk. The timeline leaves out all other types.
 */
const words: Readonly<Record<string, Words>> = {
  authn_login_success: ['login', (event) => `Logged in to ${event.area ?? 'an area'} by ${by(event)}.`],
  authn_login_fail: [
    'failure',
    (event) => (event.method === 'webauthn' ? 'A wrong answer of a passkey.' : 'A wrong password.'),
  ],
  authn_login_lock: ['lock', 'The second factor was locked for a while.'],
  excess_rate_limit_exceeded: ['lock', 'Too many attempts: the answer was not checked.'],
  authn_password_change: ['change', 'The password was changed.'],
  authn_password_change_fail: ['failure', 'A wrong current password was given to change the password.'],
  authn_token_reuse: ['failure', 'A refresh token was used twice: the sessions ended.'],
  mfa_challenge: ['send', challenged],
  mfa_enroll_started: ['send', enrolling],
  mfa_send_failed: ['send', notSent],
  mfa_passed: ['login', (event) => `The second step succeeded, by ${by(event)}.`],
  mfa_failed: ['failure', failed],
  mfa_check_failed: ['failure', (event) => `The answer by ${by(event)} could not be checked.`],
  mfa_waived: ['login', 'No second step was asked for.'],
  mfa_attack_reported: ['lock', 'The owner reported a login as not theirs.'],
  otp_replayed: ['failure', 'A correct code was used a second time.'],
  mfa_factor_added: ['change', (event) => `A second factor was added: ${by(event)}.`],
  mfa_factor_changed: ['change', (event) => `A second factor was renamed or made the default: ${by(event)}.`],
  mfa_factor_removed: ['change', (event) => `A second factor was removed: ${by(event)}.`],
  mfa_factor_disabled: [
    'lock',
    (event) => `A second factor was disabled after too many wrong codes: ${by(event)}.`,
  ],
  mfa_disabled: ['change', 'The owner removed every second factor.'],
  mfa_recovery_code_used: ['login', 'A recovery code was used.'],
  mfa_recovery_codes_regenerated: ['change', 'The recovery codes were replaced.'],
  trusted_device_added: ['change', 'A device became trusted.'],
  trusted_device_removed: ['change', 'A trusted device was removed.'],
  trusted_device_reuse: ['failure', 'A trusted device may have been copied and is no longer trusted.'],
  session_ended: ['change', 'Logged out.'],
  user_created: ['change', 'The account was made.'],
  user_invited: ['change', 'The account was made, with an invitation.'],
  user_imported: ['change', 'The account was imported.'],
  user_changed: ['change', 'The mail address, telephone number or language was changed.'],
  user_disabled: ['lock', 'The account was disabled.'],
  user_enabled: ['help', 'The account was enabled.'],
  user_roles_changed: ['change', 'The roles were changed.'],
  user_unlocked: ['help', 'The account was unlocked.'],
  password_reset_requested: ['send', (event) => passwordLink(event) + known(event)],
  password_reset: ['change', 'A new password was set, by the link of a mail or by an administrator.'],
  mfa_reset: ['help', (event) => `Every second factor was removed by the helpdesk.${known(event)}`],
  mfa_bypass_codes_issued: ['help', (event) => `A bypass code was made by the helpdesk.${known(event)}`],
  password_removed: ['change', 'The owner removed the password: logins are by passkeys.'],
  mfa_bypass_code_used: ['login', 'A bypass code was used.'],
  caller_check_started: ['help', 'The helpdesk started a check of who is calling.'],
  caller_check_passed: [
    'help',
    (event) => `The caller passed the check of the helpdesk, by ${by(event)}.${sameNetwork(event)}`,
  ],
  caller_check_failed: [
    'failure',
    ({ reason }) =>
      reason === 'denied'
        ? 'The check of who is calling failed: the owner refused it on the device.'
        : 'The check of who is calling failed: three wrong answers.',
  ],
  grace_started: ['change', 'The grace period to enrol a second factor began.'],
  exemption_made: ['help', 'Exempted from the rollout for a while.'],
  exemption_ended: ['change', 'The exemption ended.'],
  approval_asked: ['help', 'A second person was asked to approve an action on this account.'],
  approval_granted: ['help', 'A second person approved an action on this account.'],
  approval_refused: ['help', 'A second person refused an action on this account.'],
  approval_cancelled: ['change', 'The requester took back an action on this account.'],
  approval_stopped: ['lock', 'The owner stopped an action on this account.'],
  approval_used: ['help', 'An approved action on this account was carried out.'],
  break_glass_used: ['help', 'Recovery shares opened this administrator: every second factor was removed.'],
  recovery_requested: [
    'send',
    ({ outcome }) =>
      outcome === 'success'
        ? 'A mail with a link to recover the account was requested.'
        : 'A mail to recover the account was requested, and none was sent: it cannot be recovered, or there were too many.',
  ],
  recovery_begun: ['help', 'A recovery of the account was begun, by the link of a mail.'],
  recovery_shown: ['help', (event) => `For a recovery, something was shown: ${shownBy(event)}.`],
  recovery_failed: ['failure', (event) => `For a recovery, something wrong was shown: ${shownBy(event)}.`],
  recovery_approved: ['help', 'A named colleague approved a recovery of the account.'],
  recovery_ready: ['help', 'The wait of a recovery is over.'],
  recovery_stopped: ['lock', 'A recovery of the account was stopped.'],
  account_recovered: ['change', 'The account was recovered: a new second factor replaces the lost ones.'],
  recovery_colleagues_changed: ['change', 'The colleagues who may approve a recovery were changed.'],
  recovery_colleague_confirmed: ['change', 'A colleague agreed to approve a recovery of the account.'],
  account_reported: ['lock', 'The owner reported by a link that it was not them: the account was locked.'],
};

export const timelineTypes: readonly string[] = Object.keys(words);

type Described = { readonly kind: Kind; readonly says: string; readonly reason: SendReason | null };

export function describeEvent(event: TimelineEvent): Described {
  const [kind, says] = words[event.type] ?? ['change', 'Something else happened.'];
  const reason = event.type === 'mfa_send_failed' ? whyNotSent(event) : null;
  return { kind, says: typeof says === 'string' ? says : says(event), reason };
}

function whyNotSent({ reason }: TimelineEvent): SendReason | null {
  return sendReasons.find((known) => known === reason) ?? null;
}

export function describeNotice(notice: TimelineNotice): string {
  const { channel, subject, hint, attempts, endedAt, sent, trouble } = notice;
  const [kind, carrier] = channel === 'mail' ? ['mail', 'mail server'] : ['text message', 'carrier'];
  const what = `A ${kind} to ${hint}, “${subject}”:`;
  const why = trouble ? ` ${trouble}` : '';
  if (sent) return `${what} the ${carrier} took it${at(endedAt)}.`;
  if (sent === false && channel === 'sms') return `${what} it was not sent.${why}`;
  if (sent === false) return `${what} given up after ${attempts === 1 ? 'one try' : 'several tries'}.${why}`;
  if (attempts === 0) return `${what} it waits to be sent.`;
  return `${what} the ${carrier} has not taken it so far; the service tries again.${why}`;
}

function challenged(event: TimelineEvent): string {
  const { method, answeredAt, textFailed } = event;
  if (!sends.includes(method ?? '')) return `The second step was asked for, by ${by(event)}.`;
  if (textFailed) return `A code by ${by(event)}${to(event)} was refused by the carrier.`;
  const who = method === 'sms' ? 'carrier' : 'mail server';
  const taken = `A code was sent by ${by(event)}${to(event)}, and the ${who} took it.`;
  if (answeredAt) return `${taken} It was typed in${at(answeredAt)}.`;
  return method === 'sms' ? `${taken} Whether it reached the phone is not known.` : taken;
}

function enrolling(event: TimelineEvent): string {
  const begun = `The enrolment of ${by(event)} began`;
  return sends.includes(event.method ?? '') ? `${begun}, and a code was sent${to(event)}.` : `${begun}.`;
}

function notSent(event: TimelineEvent): string {
  const why = whyNotSent(event);
  return `No code was sent by ${by(event)}${to(event)}.${why ? ` ${reasons[why]}` : ''}`;
}

function failed(event: TimelineEvent): string {
  if (event.reason === 'denied') return `The login was refused on the device, by ${by(event)}.`;
  if (event.reason === 'challenge over')
    return `A correct code came after its step had ended, by ${by(event)}.`;
  if (event.outcome === 'refused') return `The answer was not strong enough there: ${by(event)}.`;
  return `A wrong code, or another wrong answer, by ${by(event)}.`;
}

function passwordLink({ outcome, reason }: TimelineEvent): string {
  if (outcome === 'success') return 'A mail with a link to set a password was requested.';
  return reason === 'too many'
    ? 'No mail with a link to set a password: too many were requested.'
    : 'No mail with a link to set a password: the account is disabled, or has no mail address.';
}

const evidences: Readonly<Record<string, string>> = {
  callback_to_known_number: 'a call back to a known number',
  manager_confirmed: 'a manager',
  in_person_id: 'an identity card, in person',
};

/** How the helpdesk knew the person, if the audit says so. */
function known(event: TimelineEvent): string {
  const kinds = (event.evidence ?? []).map((kind) => evidences[kind] ?? 'other evidence');
  const checked = event.callerMethod ? [`a check by ${methods[event.callerMethod] ?? 'another method'}`] : [];
  const all = [...checked, ...kinds];
  return all.length > 0 ? ` The caller was known by ${all.join(', ')}.${sameNetwork(event)}` : '';
}

function sameNetwork({ fromAsker }: TimelineEvent): string {
  return fromAsker ? ' The answer came from the network of the helpdesk.' : '';
}

function at(time: Date | null): string {
  return time ? ` at ${time.toISOString().slice(11, 19)} UTC` : '';
}
