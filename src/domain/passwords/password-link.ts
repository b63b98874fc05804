/** Why somebody is sent a link to set a password with. */
export type LinkPurpose = 'invitation' | 'forgotten' | 'helpdesk';

const minute = 60;
const day = 24 * 60 * minute;

/** OWASP ASVS 6.4.1, PCI DSS 8.3.5: short, and once. What nobody waits for lives longer. */
export const linkSeconds: Readonly<Record<LinkPurpose, number>> = {
  invitation: day,
  helpdesk: day,
  forgotten: 30 * minute,
};

/** How many mails one account is sent because somebody said to have forgotten its password. The account is never locked. */
export const forgottenRules = { perWindow: 3, windowSeconds: 15 * minute, apartSeconds: 0 } as const;
