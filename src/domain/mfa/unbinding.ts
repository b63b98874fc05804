/**
 * Why the service unbound a factor. Its owner removed it or switched two-factor login off, or the helpdesk reset it.
 * Another factor may also have replaced it, or it expired.
 */
export const causes = ['removed', 'switched_off', 'reset', 'replaced', 'expired'] as const;
export type UnbindingCause = (typeof causes)[number];
