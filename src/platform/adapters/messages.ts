/** Sends one text message. `to` is E.164. Refusals are Problems; see twilio.ts. */
export type SendSms = (message: { readonly to: string; readonly text: string }) => Promise<void>;

/** Lets somebody else make, send and check the code (Twilio Verify). `start` returns what `check` is asked about. */
export type VerifySms = {
  readonly start: (to: string) => Promise<string>;
  readonly check: (reference: string, code: string) => Promise<boolean>;
};

export type Mail = {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
};

/** Hands one mail to the mail server. Resolves when the server has accepted it. */
export type SendMail = (mail: Mail) => Promise<void>;
