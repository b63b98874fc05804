import type { LinkMails } from '../platform/kernel/ports.ts';
import type { Config } from './config/config.ts';

/** Where an invitation leads. A page of another application has one path for all links. */
export function linkMailsOf({ pages, http }: Pick<Config, 'pages' | 'http'>): LinkMails {
  const isOurs = pages !== null && new URL(http.portalUrl).origin === new URL(http.issuer).origin;
  return { invitePath: isOurs ? '/invite' : '/reset' };
}
