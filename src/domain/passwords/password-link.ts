/** Why the service sends a user a link to set a password. */
export const linkPurposes = ['invitation', 'forgotten', 'helpdesk'] as const;
export type LinkPurpose = (typeof linkPurposes)[number];

const minute = 60;
const day = 24 * 60 * minute;

/**
 * In seconds. A link works once and for a short time (OWASP ASVS 6.4.1, PCI DSS 8.3.5). A user who did not ask for the
 * link gets more time.
 */
export const linkSeconds: Readonly<Record<LinkPurpose, number>> = {
  invitation: day,
  helpdesk: day,
  forgotten: 30 * minute,
};

/**
 * How many mails an account gets if a person says that they forgot its password. These requests never lock the account.
 */
export const forgottenRules = { perWindow: 3, windowSeconds: 15 * minute, apartSeconds: 0 } as const;
