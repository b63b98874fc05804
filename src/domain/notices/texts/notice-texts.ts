import type { TextedNotice } from '../texted-notices.ts';

/** The notices to the owner of an account (NIST SP 800-63B 4.6). */
export const noticeNames = [
  'factor_added',
  'enrol_reminder',
  'factor_removed',
  'mfa_disabled',
  'recovery_code_used',
  'recovery_codes_regenerated',
  'password_changed',
  'password_reset',
  'password_removed',
  'address_changed',
  'mfa_reset',
  'bypass_codes_issued',
  'bypass_code_used',
  'caller_check_passed',
  'second_factor_failed',
  'login_after_failures',
  'password_withdrawn',
  'attack_reported',
  'device_trusted',
  'device_stolen',
  'account_locked',
  'factor_disabled',
  'asked_mfa_reset',
  'asked_bypass_code',
  'asked_password_reset',
  'asked_exemption',
  'asked_admin_role',
  'asked_rollout_end',
  'asked_policy_change',
  'asked_rules_weaker',
  'approval_granted',
  'approval_stopped',
  'account_reported',
  'recovery_begun',
  'recovery_proven',
  'recovery_ready',
  'recovery_stopped',
  'account_recovered',
  'recovery_colleagues_changed',
  'colleague_named',
  'colleague_wanted',
  'break_glass_made',
  'break_glass_used',
  'test_mail',
] as const;

export type Notice = (typeof noticeNames)[number];

/** Why a link to set a password was sent. */
type LinkTexts = { readonly subject: string; readonly button: string; readonly advice: string };

/**
 * Every text that the service sends by mail or text message, in one language. The compiler names each text that a
 * language lacks. A subject has neither a name nor a token, because the outbox keeps it in clear text.
 */
export type NoticeTexts = {
  /** The locale of dates and numbers (BCP 47). */
  readonly locale: string;
  readonly subjects: Readonly<Record<Notice, string>>;
  /** What to do about an event that its owner may have caused. */
  readonly usualAdvice: string;
  /** Advice for an event that the owner did not cause, or that needs an action. */
  readonly advice: Readonly<Partial<Record<Notice, string>>>;
  readonly facts: {
    readonly account: string;
    readonly what: string;
    readonly when: string;
    readonly from: string;
    readonly with: string;
    /** Who acted if no person did. */
    readonly itself: string;
  };
  readonly about: {
    readonly codesLeft: (count: number, renewed: boolean) => string;
    readonly wrongCodes: (count: number) => string;
    readonly wrongPasswords: (count: number) => string;
    readonly wrongPasskeys: (count: number) => string;
    readonly enrolUntil: (date: string) => string;
    readonly enrolEnded: (date: string) => string;
    /** When a recovery can be finished. */
    readonly readyAt: (date: string) => string;
    /** In place of a name with a link in it. */
    readonly hiddenLabel: string;
  };
  readonly clients: {
    readonly programs: Readonly<Record<'python' | 'node' | 'java' | 'go', string>>;
    readonly unknown: string;
    readonly on: (program: string, system: string) => string;
  };
  readonly enrolButton: string;
  /** The link that stops a request for an action on the account. */
  readonly stopButton: string;
  /** The link of a colleague to the page that confirms and approves. */
  readonly colleagueButton: string;
  /** The link "it was not me", and the words before it. */
  readonly notMe: { readonly words: string; readonly button: string };
  readonly links: {
    readonly invitation: LinkTexts & {
      /** `by` is null if an operator at the console invites. */
      readonly intro: (service: string, by: string | null) => string;
    };
    readonly forgotten: LinkTexts & { readonly intro: (service: string) => string };
    readonly helpdesk: LinkTexts & { readonly intro: (service: string) => string };
    readonly recovery: LinkTexts & { readonly intro: (service: string) => string };
    readonly hours: (count: number) => string;
    readonly minutes: (count: number) => string;
    /** `replaced`: a newer link ends this one. */
    readonly terms: (life: string, replaced: boolean) => string;
    readonly buttonFails: string;
    readonly tokenAlone: string;
  };
  readonly code: {
    readonly subject: (code: string, service: string) => string;
    readonly heading: (service: string) => string;
    readonly terms: string;
    readonly warning: string;
    /**
     * A text message. It must stay within the GSM 7-bit alphabet, which has no á, í, ó and ú: one letter outside of
     * it halves what fits into a segment, and each segment is billed.
     */
    readonly sms: (code: string, service: string) => string;
  };
  /**
   * The text messages about what undoes the protection of an account. They have two segments at most, and no letter
   * outside of the GSM 7-bit alphabet, like the text message of a code.
   */
  readonly danger: {
    readonly what: Readonly<Record<TextedNotice, string>>;
    /** The link stops a request or a recovery. */
    readonly stop: (link: string) => string;
    /** The link locks the account. */
    readonly lock: (link: string) => string;
    /** In place of a link. */
    readonly report: string;
  };
  /** Before HELP_CONTACT. */
  readonly help: string;
};
