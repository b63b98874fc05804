/**
 * The limit of notices about a failed second step without a right code after it (LG-9). Without the limit, an attacker
 * with the password could fill the mailbox.
 */
export const failureNoticeLimits = { perWindow: 1, windowSeconds: 15 * 60, apartSeconds: 0 } as const;

/** The service sends a notice if a login succeeds after this many wrong answers in a row. Anyone mistypes once. */
export const noticeThresholds = { wrongCodes: 2, wrongPasswords: 5 } as const;
