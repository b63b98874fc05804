import { brandColors, type Letterhead, plainLetterhead } from '../domain/notices/letterhead.ts';
import type { Config } from './config/config.ts';
import { serviceName } from './service-name.ts';

/** What mails show of the brand, and their language for users without one. An API alone has the name of its host. */
export function letterheadOf({
  letters: { brandColor, helpContact, language },
  pages,
  http,
}: Pick<Config, 'letters' | 'pages' | 'http'>): Letterhead {
  const plain = plainLetterhead(serviceName(http.issuer));
  return {
    serviceName: pages?.brandName ?? plain.serviceName,
    colors: brandColor ? brandColors(brandColor) : plain.colors,
    help: helpContact,
    language,
  };
}
