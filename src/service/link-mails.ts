import type { LinkMails } from '../platform/kernel/ports.ts';
import type { Config } from './config/config.ts';
import { serviceName } from './service-name.ts';

/** What the mails with a link say, and where an invitation leads. A page of another application has one path for all. */
export function linkMailsOf({ pages, http }: Pick<Config, 'pages' | 'http'>): LinkMails {
  const isOurs = pages !== null && new URL(http.portalUrl).origin === new URL(http.issuer).origin;
  return {
    serviceName: pages?.brandName ?? serviceName(http.issuer),
    invitePath: isOurs ? '/invite' : '/reset',
  };
}
