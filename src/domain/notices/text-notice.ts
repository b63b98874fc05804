import type { Letterhead } from './letterhead.ts';
import type { NoticeInput } from './notices.ts';
import { type TextedNotice, textedNotices } from './texted-notices.ts';
import { languageOf, textsIn } from './texts/catalogue.ts';
import type { Notice } from './texts/notice-texts.ts';

/** Whether the notice also goes to the owner's telephone. */
export function isTexted(notice: Notice): notice is TextedNotice {
  return textedNotices.some((one) => one === notice);
}

type TextInput = Pick<NoticeInput, 'user' | 'link' | 'notMe'> & { readonly notice: TextedNotice };

/**
 * The notice as a text message: who writes, what happened, and the link that stops it. It names no account and no
 * address, because it can be read on a locked screen.
 */
export function writeTextNotice(letterhead: Letterhead, { notice, user, link, notMe }: TextInput): string {
  const { what, stop, lock, report } = textsIn(languageOf(user.language, letterhead.language)).danger;
  return `${gsmName(letterhead.serviceName)}: ${what[notice]} ${link ? stop(link) : notMe ? lock(notMe) : report}`;
}

const longestName = 40;

/**
 * The name of the service in letters that take one place of a text message. Any other letter more than halves what
 * fits into a segment, and each segment is billed.
 */
function gsmName(name: string): string {
  const plain = name.normalize('NFKD').replaceAll(/[^A-Za-z0-9 @$!"#%&'()*+,./:;<=>?_-]/g, '');
  return plain.replaceAll(/ +/g, ' ').trim().slice(0, longestName) || 'Login';
}
