import { readUtf8 } from '../../lib/plain-text.ts';
import { invalidRequest } from '../../lib/problem.ts';
import type { App } from './app-type.ts';

/**
 * Lets the routes registered here take forms and nothing else, as OAuth has it (RFC 6749 B). A page of another origin can
 * send a form without asking. That opens nothing here: no cookie says who calls, the client's own secret or the token in
 * the form does, which such a page does not have, and it cannot read the answer (OWASP ASVS 3.5.2).
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

/** RFC 6749 3.2: a parameter that comes twice is refused; one without a value was not sent. */
function fieldsOf(text: string): Record<string, string> {
  const fields = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(decodable(text))) {
    if (fields.has(name)) throw malformed(`The parameter ${name.slice(0, 40)} is there twice`);
    fields.set(name, value);
  }
  return Object.fromEntries([...fields].filter(([, value]) => value !== ''));
}

/** URLSearchParams reads whatever it is given, half an escape and broken UTF-8 too. */
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
