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
  | { readonly enrolUntil: Date; readonly ended: boolean }
  /** When a recovery can be finished. */
  | { readonly readyAt: Date };

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
  'colleague_named',
  'colleague_wanted',
]);

/** Letters about a recovery that goes on. Their link stops it. */
const ofRecovery: ReadonlySet<Notice> = new Set<Notice>([
  'recovery_begun',
  'recovery_proven',
  'recovery_ready',
]);

/** Whether the link of the letter stops what it reports. */
const isStoppable = (notice: Notice) => notice.startsWith('asked_') || ofRecovery.has(notice);
const isToColleague = (notice: Notice) => notice === 'colleague_named' || notice === 'colleague_wanted';

/** Whether the letter has the link "it was not me". */
export function offersNotMe(notice: Notice): boolean {
  return !withoutNotMe.has(notice) && !isStoppable(notice);
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
            button: buttonOf(notice, texts),
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

function buttonOf(notice: Notice, texts: NoticeTexts): string {
  if (isStoppable(notice)) return texts.stopButton;
  return isToColleague(notice) ? texts.colleagueButton : texts.enrolButton;
}

function whatOf(about: About, texts: NoticeTexts): string | null {
  const words = texts.about;
  if ('codesLeft' in about) return words.codesLeft(about.codesLeft, about.renewed);
  if ('wrongCodes' in about) return words.wrongCodes(about.wrongCodes);
  if ('wrongPasswords' in about) return words.wrongPasswords(about.wrongPasswords);
  if ('wrongPasskeys' in about) return words.wrongPasskeys(about.wrongPasskeys);
  if ('enrolUntil' in about)
    return (about.ended ? words.enrolEnded : words.enrolUntil)(timeOf(about.enrolUntil, texts));
  if ('readyAt' in about) return words.readyAt(timeOf(about.readyAt, texts));
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
