/** The warning after a recovery code was used, at a login and at the guard. */
export const recoveryWarning = 'Recovery code used. Please regenerate codes.';

/** The warning if the response has a new code. */
export const renewedWarning = 'Recovery code used. Save the new one: it will not be shown again.';
