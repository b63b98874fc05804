export type SendRules = {
  readonly perWindow: number;
  readonly windowSeconds: number;
  readonly apartSeconds: number;
};

/** How many codes are sent, per user and per destination (NIST SP 800-63B 3.1.3.2; against SMS pumping and mail bombing). */
export const sendRules = { perWindow: 3, windowSeconds: 15 * 60, apartSeconds: 30 } as const;

/** How long a challenge and the temp token that leads to it live (NIST SP 800-63B 3.1.3.2: ten minutes at most). */
export const challengeSeconds = 5 * 60;

/** How long an enrolment waits for its first code. */
export const enrolmentSeconds = 10 * 60;
