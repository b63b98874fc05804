import { type Written, writeLetter } from './letter.ts';
import type { Letterhead } from './letterhead.ts';
import type { Recipient } from './notices.ts';
import { languageOf, textsIn } from './texts/catalogue.ts';
import type { NoticeTexts } from './texts/notice-texts.ts';

export type LinkNotice = {
  readonly purpose: 'invitation' | 'forgotten' | 'helpdesk' | 'recovery';
  readonly user: Recipient;
  /** The page that sets a password, without the token. */
  readonly pageUrl: string;
  readonly token: string;
  readonly lifeSeconds: number;
  /** The username of the person who invites. Null: the console. */
  readonly invitedBy: string | null;
};

/**
 * The mail with the one link that sets a password or begins a recovery. It also has the bare token, for an instance without a page for it.
 */
export function writeLinkNotice(letterhead: Letterhead, notice: LinkNotice): Written {
  const { purpose, user, pageUrl, token, lifeSeconds } = notice;
  const language = languageOf(user.language, letterhead.language);
  const { links, facts } = textsIn(language);
  const { subject, button, advice } = links[purpose];
  const link = `${pageUrl}#token=${token}`; // after #, so no server and no Referer gets it
  const life = lifeSeconds >= 7200 ? links.hours(lifeSeconds / 3600) : links.minutes(lifeSeconds / 60);
  return writeLetter(letterhead, {
    language,
    subject,
    parts: [
      { kind: 'paragraph', words: introOf(links, letterhead.serviceName, notice) },
      { kind: 'facts', facts: [[facts.account, user.username]] },
      { kind: 'link', button, url: link },
      { kind: 'paragraph', words: links.terms(life, purpose === 'forgotten') },
      { kind: 'paragraph', words: advice },
      { kind: 'token', words: links.tokenAlone, token },
    ],
  });
}

function introOf(
  links: NoticeTexts['links'],
  serviceName: string,
  { purpose, invitedBy }: LinkNotice,
): string {
  return purpose === 'invitation'
    ? links.invitation.intro(serviceName, invitedBy)
    : links[purpose].intro(serviceName);
}
