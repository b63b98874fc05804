/**
 * One call of the demo, which shows the request and the answer. The demo fails if the answer is not the expected one.
 */
type Step = {
  readonly title: string;
  readonly call: readonly [method: string, path: string];
  readonly body?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly expect: { readonly status: number; readonly holds?: (body: Body) => boolean };
};

export type Body = Readonly<Record<string, unknown>>;

export type Stage = {
  readonly say: (text: string) => void;
  readonly play: (step: Step) => Promise<Body>;
};

const bold = (text: string) => `\x1b[1m${text}\x1b[0m`;
const dim = (text: string) => `\x1b[2m${text}\x1b[0m`;

/** Plays steps against a running service and prints each. */
export function createStage(baseUrl: string, write: (text: string) => void): Stage {
  let number = 0;
  const colour = process.stdout.isTTY;
  const say = (text: string) => write(`${colour ? text : plain(text)}\n`);

  async function play({ title, call: [method, path], body, headers, expect }: Step): Promise<Body> {
    number += 1;
    say(`\n${bold(`${number}. ${title}`)}`);
    say(`  → ${method} ${path}`);
    for (const [name, value] of Object.entries(headers ?? {})) say(dim(`    ${name}: ${shortened(value)}`));
    if (body) say(dim(`    ${shown(body)}`));

    const response = await fetch(`${baseUrl}${path}`, {
      method,
      headers: { ...headers, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const answer: Body = text === '' ? {} : JSON.parse(text);
    say(`  ← ${response.status} ${dim(text === '' ? '' : shown(answer))}`);
    if (response.status !== expect.status || !(expect.holds?.(answer) ?? true)) {
      throw new Error(`Step ${number} (${title}) should have answered ${expect.status} and did not.`);
    }
    return answer;
  }

  return { say, play };
}

/** JSON with long values shortened in the middle, because tokens and pictures are not for reading. */
function shown(body: Body): string {
  return JSON.stringify(body, (_key, value) => (typeof value === 'string' ? shortened(value) : value));
}

function shortened(text: string): string {
  return text.length > 60 ? `${text.slice(0, 28)}…${text.slice(-8)}` : text;
}

function plain(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape that begins a colour
  return text.replace(/\x1b\[\d+m/g, '');
}

/** A string in an answer that a later step needs. Throws if it is missing. */
export function textOf(body: Body, name: string): string {
  const value = body[name];
  if (typeof value !== 'string') throw new Error(`The answer has no ${name}.`);
  return value;
}
