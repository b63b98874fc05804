/**
 * That a second step failed, and no right code followed, is told once in so long (LG-9), or whoever knows a password could
 * fill a mailbox.
 */
export const failureNoticeLimits = { perWindow: 1, windowSeconds: 15 * 60, apartSeconds: 0 } as const;

/** A login that succeeds after so many wrong answers in a row is told of; anybody mistypes once. */
export const noticeThresholds = { wrongCodes: 2, wrongPasswords: 5 } as const;
