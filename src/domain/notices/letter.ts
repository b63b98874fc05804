import { escapeHtml } from '../../lib/escape-html.ts';
import { letterStyle } from './letter-style.ts';
import type { Letterhead } from './letterhead.ts';
import { type Language, textsIn } from './texts/catalogue.ts';

/** A part of a letter. Its text and its HTML say the same. */
export type LetterPart =
  | { readonly kind: 'paragraph'; readonly words: string }
  /** Facts by name, in the order in which they are read. */
  | { readonly kind: 'facts'; readonly facts: readonly (readonly [name: string, value: string])[] }
  | { readonly kind: 'link'; readonly button: string; readonly url: string }
  /** A code to type, in large digits. The text has it in its first line. */
  | { readonly kind: 'code'; readonly code: string }
  | { readonly kind: 'token'; readonly words: string; readonly token: string };

type Letter = {
  readonly language: Language;
  readonly subject: string;
  /** The heading of the HTML, if it is not the subject. */
  readonly heading?: string;
  readonly parts: readonly LetterPart[];
};

/** A finished letter. */
export type Written = { readonly subject: string; readonly text: string; readonly html: string };

/**
 * Writes a letter with the brand, as text and as HTML. The HTML is one column, and needs neither its style nor a
 * picture to be read: mail programs keep little of HTML. The brand is a name, and no logo. A picture of a server tells
 * the sender who reads when, most programs hide it until the reader allows it, and an attached one looks like a file.
 */
export function writeLetter(letterhead: Letterhead, { language, subject, heading, parts }: Letter): Written {
  const { serviceName, help } = letterhead;
  const texts = textsIn(language);
  return {
    subject,
    text: `${[
      `${subject}.`,
      ...parts.flatMap((part) => textOf(part)),
      ...(help ? [`${texts.help} ${help}`] : []),
      serviceName,
    ].join('\n\n')}\n`,
    html: [
      `<!doctype html><html lang="${language}"><head><meta charset="utf-8">`,
      '<meta name="viewport" content="width=device-width, initial-scale=1">',
      '<meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark">',
      `<title>${escapeHtml(subject)}</title><style>${letterStyle(letterhead.colors)}</style></head>`,
      `<body><main class="page"><p class="brand">${escapeHtml(serviceName)}</p>`,
      `<h1>${escapeHtml(heading ?? subject)}</h1>`,
      ...parts.map((part) => htmlOf(part, texts.links.buttonFails)),
      help ? `<p class="quiet">${escapeHtml(texts.help)} ${contactOf(help)}</p>` : '',
      '</main></body></html>',
    ].join(''),
  };
}

function textOf(part: LetterPart): readonly string[] {
  switch (part.kind) {
    case 'paragraph':
      return [part.words];
    case 'facts':
      return [part.facts.map(([name, value]) => `${name}: ${value}`).join('\n')];
    case 'link':
      return [`${part.button}:\n${part.url}`];
    case 'code':
      return [];
    case 'token':
      return [part.words, part.token];
  }
}

function htmlOf(part: LetterPart, buttonFails: string): string {
  switch (part.kind) {
    case 'paragraph':
      return `<p>${escapeHtml(part.words)}</p>`;
    case 'facts':
      return `<table class="facts">${part.facts.map(([name, value]) => rowOf(name, value)).join('')}</table>`;
    case 'link': {
      const url = escapeHtml(part.url);
      // Where the style is lost, the button is a link.
      return `<p><a class="button" href="${url}">${escapeHtml(part.button)}</a></p><p class="quiet">${escapeHtml(buttonFails)} <a href="${url}">${url}</a></p>`;
    }
    case 'code':
      return `<p class="code">${escapeHtml(part.code)}</p>`;
    case 'token':
      return `<p class="quiet">${escapeHtml(part.words)} <code>${escapeHtml(part.token)}</code></p>`;
  }
}

function rowOf(name: string, value: string): string {
  return `<tr><th scope="row">${escapeHtml(name)}</th><td>${escapeHtml(value)}</td></tr>`;
}

/** HELP_CONTACT as a link if it is a URL or a mail address. The pages show it in the same way. */
function contactOf(help: string): string {
  const isUrl = /^https?:\/\//.test(help);
  const isAddress = /^[^@\s]+@[^@\s]+$/.test(help);
  const words = escapeHtml(help);
  return isUrl || isAddress ? `<a href="${isAddress ? 'mailto:' : ''}${words}">${words}</a>` : words;
}
