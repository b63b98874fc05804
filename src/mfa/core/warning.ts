/** What whoever uses a recovery code is told, at a login and at the guard. */
export const recoveryWarning = 'Recovery code used. Please regenerate codes.';
