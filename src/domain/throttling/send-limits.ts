export type SendRules = {
  readonly perWindow: number;
  readonly windowSeconds: number;
  readonly apartSeconds: number;
};

/** How often somebody is asked on their own device; one at a time, until it is decided or so many seconds are over. */
export type Pace = SendRules & { readonly openSeconds: number };

/** How many codes are sent, per user and per destination (NIST SP 800-63B 3.1.3.2; against SMS pumping and mail bombing). */
export const sendRules = { perWindow: 3, windowSeconds: 15 * 60, apartSeconds: 30 } as const;

/** How long a challenge and the temp token that leads to it live (NIST SP 800-63B 3.1.3.2: ten minutes at most). */
export const challengeSeconds = 5 * 60;

/** How long an enrolment waits for its first code. */
export const enrolmentSeconds = 10 * 60;
