/**
 * Why a factor is no longer bound: its owner removed it or switched two-factor login off, the helpdesk reset it, another
 * factor replaced it, or it expired.
 */
export const causes = ['removed', 'switched_off', 'reset', 'replaced', 'expired'] as const;
export type UnbindingCause = (typeof causes)[number];
