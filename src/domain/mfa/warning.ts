/** The warning after a user used a recovery code, at a login or in a guarded request. */
export const recoveryWarning = 'Recovery code used. Please regenerate codes.';

/** The warning if the response contains a new recovery code. */
export const renewedWarning = 'Recovery code used. Save the new one: it will not be shown again.';
