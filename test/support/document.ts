import { readFileSync } from 'node:fs';

/**
 * A document whose commands are run. By its info string a fenced block is
 *   bash               run, in one shell for the whole document
 *   bash start         `npm start`, in another terminal
 *   bash by-hand       not run: what needs the network, or a person
 *   python vendor.py   (any language, any name) a file that the commands after it find
 *   http               what the last call before it was answered with
 *   json, text         what the last commands before it printed
 * In a response, `…` stands for the parts that differ each time.
 */
export type Block = {
  readonly line: number;
  readonly kind: Kind;
  readonly name: string;
  readonly text: string;
};
type Kind = 'run' | 'start' | 'file' | 'answer' | 'printed' | 'other';

export const root = new URL('../..', import.meta.url).pathname;

export function readDocument(name: string): string {
  return readFileSync(`${root}${name}`, 'utf8');
}

export function blocksOf(markdown: string): readonly Block[] {
  const fences = markdown.matchAll(/^```(\w+) ?(\S*)\n(.*?)^```$/gms);
  return [...fences].map(({ index, 1: language = '', 2: note = '', 3: text = '' }) => ({
    line: markdown.slice(0, index).split('\n').length,
    kind: kindOf(language, note),
    name: note || language,
    text,
  }));
}

function kindOf(language: string, note: string): Kind {
  if (note.includes('.')) return 'file';
  if (language === 'bash') return note === '' ? 'run' : note === 'start' ? 'start' : 'other';
  if (language === 'http') return 'answer';
  return language === 'json' || language === 'text' ? 'printed' : 'other';
}

export type Answer = {
  readonly status: string;
  readonly headers: ReadonlyMap<string, string[]>;
  readonly body: unknown;
};

/** An answer as it is written down, and as curl writes it down: a status line, headers, an empty line, JSON. */
export function answerOf(text: string): Answer {
  const [head = '', ...rest] = text.replaceAll('\r\n', '\n').split('\n\n');
  const [first = '', ...lines] = head.trim().split('\n');
  const headers = new Map<string, string[]>();
  for (const line of lines) {
    const name = line.slice(0, line.indexOf(':')).toLowerCase();
    headers.set(name, [...(headers.get(name) ?? []), line.slice(line.indexOf(':') + 1).trim()]);
  }
  const body = rest.join('\n\n').trim();
  return {
    status: first.replace('HTTP/1.1 ', '').trim(),
    headers,
    body: body === '' ? null : JSON.parse(body),
  };
}

/** Where an answer is not as a document says. Of headers, those that the document shows. */
export function differencesOf(said: Answer, came: Answer): readonly string[] {
  const headers = [...said.headers].flatMap(([name, values]) =>
    differ(name, values, came.headers.get(name) ?? []),
  );
  return [...differ('status', said.status, came.status), ...headers, ...differ('body', said.body, came.body)];
}

/** Where a value is not as a document says. `…` at the end of a list: and more of the kind. */
export function differ(at: string, said: unknown, came: unknown): readonly string[] {
  if (typeof said === 'string' && typeof came === 'string' && pattern(said).test(came)) return [];
  if (typeof said === 'number' && typeof came === 'number' && isSameNumber(at, said, came)) return [];
  if (Array.isArray(said) && Array.isArray(came)) {
    const named = said.at(-1) === '…' ? said.slice(0, -1) : said;
    const excess =
      named.length === said.length && came.length > said.length ? [`${at}: more than was said`] : [];
    return [...excess, ...named.flatMap((one, index) => differ(`${at}[${index}]`, one, came[index]))];
  }
  if (isObject(said) && isObject(came)) {
    const names = [...new Set([...Object.keys(said), ...Object.keys(came)])];
    return names.flatMap((name) => differ(`${at}.${name}`, said[name], came[name]));
  }
  return said === came ? [] : [`${at}: said ${JSON.stringify(said)}, came ${JSON.stringify(came)}`];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function pattern(said: string): RegExp {
  const parts = said.split('…').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('[^]*')}$`);
}

/** Points in time are others each time, and of what counts down some seconds have passed. */
function isSameNumber(at: string, said: number, came: number): boolean {
  if (said > 1_000_000_000) return came > 1_000_000_000;
  const countsDown = /(?:expires_in|retry_after|resend_in)$/.test(at);
  return countsDown ? came <= said && came > said - 60 : came === said;
}

/** The rows of the first table below a heading, without its head. */
export function rowsBelow(markdown: string, heading: string): readonly (readonly string[])[] {
  const [, below = ''] = markdown.split(`\n## ${heading}\n`);
  const [, table = ''] = /(?:^|\n)(\|.*?\|)\n(?!\|)/s.exec(below) ?? [];
  const cellsOf = (line: string) => line.split('|').slice(1, -1);
  return table
    .split('\n')
    .slice(2)
    .map((line) => cellsOf(line).map((cell) => cell.trim()));
}
