/** What whoever uses a recovery code is told, at a login and at the guard. */
export const recoveryWarning = 'Recovery code used. Please regenerate codes.';

/** And where the answer has a new one. */
export const renewedWarning = 'Recovery code used. Save the new one: it will not be shown again.';
