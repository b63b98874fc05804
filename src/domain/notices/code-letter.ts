import { type Written, writeLetter } from './letter.ts';
import type { Letterhead } from './letterhead.ts';
import { type Language, textsIn } from './texts/catalogue.ts';

/** The mail with a one-time code. The code is in the subject, so that a phone shows it without opening the mail. */
export function writeCode(letterhead: Letterhead, language: Language, code: string): Written {
  const texts = textsIn(language).code;
  const { serviceName } = letterhead;
  return writeLetter(letterhead, {
    language,
    subject: texts.subject(code, serviceName),
    heading: texts.heading(serviceName),
    parts: [
      { kind: 'code', code },
      { kind: 'paragraph', words: texts.terms },
      { kind: 'paragraph', words: texts.warning },
    ],
  });
}
