export type SendRules = {
  readonly perWindow: number;
  readonly windowSeconds: number;
  readonly apartSeconds: number;
};

/**
 * How often the service may ask a user on their own device. Only one request is open at a time: until the user decides,
 * or until `openSeconds` have passed.
 */
export type Pace = SendRules & { readonly openSeconds: number };

/**
 * How many codes the service sends, per user and per destination (NIST SP 800-63B 3.1.3.2). The limit also stops SMS
 * pumping and mail bombing.
 */
export const sendRules = { perWindow: 3, windowSeconds: 15 * 60, apartSeconds: 30 } as const;

/** The lifetime of a challenge and of its temp token, in seconds (NIST SP 800-63B 3.1.3.2: ten minutes at most). */
export const challengeSeconds = 5 * 60;

/** How long the service waits for the first code of an enrolment, in seconds. */
export const enrolmentSeconds = 10 * 60;
