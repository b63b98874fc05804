/** The parts of a mail that tests look at. `html` is missing if the mail has none. */
export type ReadMail = { readonly subject: string; readonly text: string; readonly html?: string };

/** Reads what our own mailer writes: plain text, HTML or both, in any transfer encoding. Not for mail of others. */
export function readMail(raw: string): ReadMail {
  const { headers } = split(raw);
  const parts = partsOf(raw);
  const [text = '', html] = ['text/plain', 'text/html'].map(
    (type) => parts.find((part) => part.type === type)?.text,
  );
  return { subject: decodeWords(headers.get('subject') ?? ''), text, ...(html !== undefined && { html }) };
}

function split(raw: string) {
  const [head = '', ...rest] = raw.split('\r\n\r\n');
  const unfolded = head.replaceAll(/\r\n[ \t]+/g, ' ');
  const headers = new Map(
    unfolded.split('\r\n').map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const;
    }),
  );
  return { headers, body: rest.join('\r\n\r\n') };
}

function partsOf(raw: string): { type: string; text: string }[] {
  const { headers, body } = split(raw);
  const type = headers.get('content-type') ?? 'text/plain';
  const boundary = /boundary="?([^";]+)/.exec(type)?.[1];
  if (boundary) {
    const [, ...parts] = body.split(`--${boundary}`);
    return parts.slice(0, -1).flatMap((part) => partsOf(part.replace(/^\r\n/, '')));
  }
  const text = decode(body, headers.get('content-transfer-encoding') ?? '7bit');
  return [{ type: type.replace(/;.*/, '').toLowerCase(), text: text.replaceAll('\r\n', '\n').trimEnd() }];
}

function decode(text: string, encoding: string): string {
  switch (encoding.toLowerCase()) {
    case 'base64':
    case 'b':
      return Buffer.from(text, 'base64').toString();
    case 'quoted-printable':
    case 'q':
      return Buffer.from(unquote(text), 'latin1').toString();
    default:
      return Buffer.from(text, 'latin1').toString();
  }
}

function unquote(text: string): string {
  return text
    .replaceAll(/=\r\n/g, '')
    .replaceAll(/=([0-9A-F]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

/** RFC 2047: words such as `=?UTF-8?Q?Gr=C3=BC=C3=9Fe?=`; the space between two of them is not part of the text. */
function decodeWords(text: string): string {
  return text
    .replaceAll(/\?=\s+=\?/g, '?==?')
    .replaceAll(/=\?[^?]+\?([bq])\?([^?]*)\?=/gi, (_, encoding: string, word: string) =>
      decode(word.replaceAll('_', ' '), encoding),
    );
}

/** A time as mails in English have it. */
export function timeInMails(at: Date): string {
  const format = { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' } as const;
  return `${at.toLocaleString('en-US', format).replaceAll('\u202f', ' ')} UTC`;
}
