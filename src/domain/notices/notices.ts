import { clientName } from './client-name.ts';
import { type LetterPart, type Written, writeLetter } from './letter.ts';
import type { Letterhead } from './letterhead.ts';
import { quotedLabel } from './quoted-label.ts';
import { languageOf, textsIn } from './texts/catalogue.ts';
import type { Notice, NoticeTexts } from './texts/notice-texts.ts';

export type { Notice } from './texts/notice-texts.ts';

/**
 * The subject of an event. `labels` are text from users: names of factors, the reason of the helpdesk. Everything else
 * becomes words of the reader's language.
 */
export type About =
  | { readonly labels: readonly string[] }
  | { readonly codesLeft: number; readonly renewed: boolean }
  | { readonly wrongCodes: number }
  | { readonly wrongPasswords: number }
  | { readonly wrongPasskeys: number }
  /** The time until which the user must enrol; `ended` if it is over. */
  | { readonly enrolUntil: Date; readonly ended: boolean };

/** The user to whom a letter goes. */
export type Recipient = {
  readonly username: string;
  /** Null: the language of the installation. */
  readonly language: string | null;
};

export type NoticeInput = {
  readonly notice: Notice;
  readonly user: Recipient;
  readonly about: About | null;
  readonly at: Date;
  /** Null if the service itself acted. */
  readonly ip: string | null;
  /** What the client says that it is, if anything: see client-name.ts. */
  readonly client: string | null;
  /** The page where the user can follow the advice. */
  readonly link?: string | undefined;
  /** The link "it was not me", or its mark: see not-me.ts. */
  readonly notMe?: string | undefined;
};

/** Letters in which the link would be wrong: the account is locked already, or another link is in them. */
const withoutNotMe: ReadonlySet<Notice> = new Set<Notice>([
  'test_mail',
  'enrol_reminder',
  'account_reported',
  'break_glass_made',
  'break_glass_used',
]);

const isRequest = (notice: Notice) => notice.startsWith('asked_');

/** Whether the letter has the link "it was not me". */
export function offersNotMe(notice: Notice): boolean {
  return !withoutNotMe.has(notice) && !isRequest(notice);
}

/**
 * A notice to a user (NIST SP 800-63B 4.6). It says what happened, when, from where, and what to do. It contains no
 * secrets.
 */
export function writeNotice(
  letterhead: Letterhead,
  { notice, user, about, at, ip, client, link, notMe }: NoticeInput,
): Written {
  const language = languageOf(user.language, letterhead.language);
  const texts = textsIn(language);
  const { facts: names } = texts;
  const named = clientName(client, texts.clients);
  const what = about && whatOf(about, texts);
  const facts = [
    [names.account, user.username],
    ...(what ? [[names.what, what] as const] : []),
    [names.when, timeOf(at, texts)],
    [names.from, ip ?? names.itself],
    ...(named ? [[names.with, named] as const] : []),
  ] as const;
  const parts: LetterPart[] = [
    { kind: 'facts', facts },
    { kind: 'paragraph', words: texts.advice[notice] ?? texts.usualAdvice },
    ...(link
      ? [
          {
            kind: 'link',
            button: isRequest(notice) ? texts.stopButton : texts.enrolButton,
            url: link,
          } as const,
        ]
      : []),
    ...(notMe
      ? ([
          { kind: 'paragraph', words: texts.notMe.words },
          { kind: 'link', button: texts.notMe.button, url: notMe },
        ] as const)
      : []),
  ];
  return writeLetter(letterhead, { language, subject: texts.subjects[notice], parts });
}

function whatOf(about: About, texts: NoticeTexts): string | null {
  const words = texts.about;
  if ('codesLeft' in about) return words.codesLeft(about.codesLeft, about.renewed);
  if ('wrongCodes' in about) return words.wrongCodes(about.wrongCodes);
  if ('wrongPasswords' in about) return words.wrongPasswords(about.wrongPasswords);
  if ('wrongPasskeys' in about) return words.wrongPasskeys(about.wrongPasskeys);
  if ('enrolUntil' in about)
    return (about.ended ? words.enrolEnded : words.enrolUntil)(timeOf(about.enrolUntil, texts));
  return about.labels.map((label) => quotedLabel(label, words.hiddenLabel)).join(', ') || null;
}

/** In UTC, because the service does not know where the reader is. The blanks of some locales look odd in plain text. */
function timeOf(at: Date, { locale }: NoticeTexts): string {
  const format = timeFormats.get(locale) ?? new Intl.DateTimeFormat(locale, timeParts);
  timeFormats.set(locale, format);
  return format.format(at).replaceAll(/[\u00a0\u202f]/g, ' ');
}

const timeParts = {
  ...({ year: 'numeric', month: 'long', day: 'numeric', hour: 'numeric', minute: '2-digit' } as const),
  ...({ timeZone: 'UTC', timeZoneName: 'short' } as const),
};
/** Making a format costs more than a letter. */
const timeFormats = new Map<string, Intl.DateTimeFormat>();
