import { en } from './en.ts';
import { es } from './es.ts';
import type { NoticeTexts } from './notice-texts.ts';

/** The languages of mails and text messages. A new one is a file beside this one, and a line here. */
const catalogue = { en, es };

export type Language = keyof typeof catalogue;
export const languages = Object.keys(catalogue) as [Language, ...Language[]];

export function textsIn(language: Language): NoticeTexts {
  return catalogue[language];
}

/** The language of a user. Null if the user has none, or one that this release does not know. */
export function knownLanguage(stored: string | null): Language | null {
  return languages.find((language) => language === stored) ?? null;
}

/** The language in which to write to a user. `fallback` is that of the installation. */
export function languageOf(stored: string | null, fallback: Language): Language {
  return knownLanguage(stored) ?? fallback;
}
