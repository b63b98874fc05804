/**
 * Sends one text message. `to` is E.164. A message is a code, unless it is a notice: see twilio.ts for the difference.
 * Throws a Problem where the carrier refuses.
 */
export type SendSms = (message: {
  readonly to: string;
  readonly text: string;
  readonly isNotice?: true;
}) => Promise<void>;

/**
 * Leaves it to a provider (Twilio Verify) to make, send and check the code. `start` gives the reference that `check`
 * takes. `language` is that of the text (ISO 639-1).
 */
export type VerifySms = {
  readonly start: (to: string, language: string) => Promise<string>;
  readonly check: (reference: string, code: string) => Promise<boolean>;
};

export type Mail = {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
};

/** Sends one mail to the mail server. Resolves once the server has accepted it. */
export type SendMail = (mail: Mail) => Promise<void>;
