/**
 * Why a factor is bound no more: its owner removed it or switched two-factor login off, the helpdesk reset it, another
 * took its place, or its time was over.
 */
export const causes = ['removed', 'switched_off', 'reset', 'replaced', 'expired'] as const;
export type UnbindingCause = (typeof causes)[number];
