import { readUtf8 } from '../../lib/plain-text.ts';
import { invalidRequest } from '../../lib/problem.ts';
import type { App } from './app-type.ts';

/**
 * Makes the routes of this scope accept forms and nothing else, as OAuth requires (RFC 6749 B).
 * A page of another origin can send a form without a preflight. That is no risk here (OWASP ASVS 3.5.2). No cookie
 * authenticates the caller: the client's secret or the token in the form does. Such a page has neither, and it cannot
 * read the answer.
 */
export function takeForms(app: App): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'buffer' },
    (_request, bytes, done) => {
      try {
        done(null, fieldsOf(readUtf8(Buffer.from(bytes)) ?? notUtf8()));
      } catch (error) {
        done(error instanceof Error ? error : new Error('Not a form'));
      }
    },
  );
}

/** RFC 6749 3.2: refuses a parameter that comes twice, and omits one without a value. */
function fieldsOf(text: string): Record<string, string> {
  const fields = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(decodable(text))) {
    if (fields.has(name)) throw malformed(`The parameter ${name.slice(0, 40)} is there twice`);
    fields.set(name, value);
  }
  return Object.fromEntries([...fields].filter(([, value]) => value !== ''));
}

/** Throws for broken escapes and bad UTF-8, because URLSearchParams accepts both. */
function decodable(text: string): string {
  try {
    decodeURIComponent(text);
    return text;
  } catch (cause) {
    throw malformed('Not a form', cause);
  }
}

function notUtf8(): never {
  throw malformed('Not UTF-8. Send the form in UTF-8.');
}

function malformed(detail: string, cause?: unknown) {
  return invalidRequest({ errors: [{ pointer: '#', detail }] }, cause);
}
