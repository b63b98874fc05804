import type { ChildProcess } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { inject } from 'vitest';

/**
 * Everything that the tests make and nobody may read in a log, and every line that was logged, in files of the run's own
 * folder: a pair for each worker. secret-hunt.ts searches them when the run is over.
 */
export type SecretKind =
  | 'password'
  | 'token'
  | 'one-time code'
  | 'TOTP secret'
  | 'recovery code'
  | 'client secret'
  | 'address or number'
  | 'user name'
  | 'vault key';

let worlds = 0;

/** Of each file what is to be appended to it. A write for each line would be a tenth of a test's time. */
const waiting = new Map<string, string[]>();

function append(file: string, line: string): void {
  if (waiting.size === 0) setImmediate(flush);
  const lines = waiting.get(file);
  if (lines) lines.push(line);
  else waiting.set(file, [line]);
}

function flush(): void {
  for (const [file, lines] of waiting) appendFileSync(file, lines.join(''));
  waiting.clear();
}

/** What one world, or one process, makes and says. */
export function startRecord() {
  worlds += 1;
  const world = `${process.pid}-${worlds}`;
  const folder = inject('recordOfRun');
  const write = (what: 'secrets' | 'lines', parts: readonly string[]) =>
    append(join(folder, `${what}-${process.pid}.jsonl`), `${JSON.stringify([world, ...parts])}\n`);

  function secret(kind: SecretKind, value: unknown): void {
    if (typeof value === 'string' && value !== '') write('secrets', [kind, value]);
  }

  /** Members of a body, by the names that the wire has for them. */
  function body(given: unknown): void {
    if (Array.isArray(given)) for (const one of given) body(one);
    if (typeof given !== 'object' || given === null || Array.isArray(given)) return;
    for (const [name, value] of Object.entries(given)) {
      const kind = kinds[name];
      if (kind) for (const one of [value].flat()) secret(kind, one);
      else if (name !== 'detail' && name !== 'errors') body(value);
    }
  }

  return {
    secret,
    body,
    /** The codes in a message to a person, and to whom it went. */
    message({ to, text }: { readonly to: string; readonly text: string }): void {
      secret('address or number', to);
      for (const [code] of text.matchAll(/(?<!\w)\d{6}(?!\w)/g)) secret('one-time code', code);
      for (const [, token] of text.matchAll(/[#?&]token=([\w-]{20,})/g)) secret('token', token);
    },
    line: (text: string) => write('lines', [text]),
  };
}

export type SecretRecord = ReturnType<typeof startRecord>;

/**
 * What a process says: all of its standard error, and of its output the lines of the log, which are JSON. What else it
 * prints there is for the user at the terminal, and without a mail server that is where codes are shown.
 */
export function recordOutput(child: ChildProcess, record: SecretRecord = startRecord()): SecretRecord {
  const listen = (stream: Readable | null, matches: (line: string) => boolean) =>
    stream && createInterface({ input: stream }).on('line', (line) => matches(line) && record.line(line));
  listen(child.stdout, (line) => line.startsWith('{'));
  listen(child.stderr, () => true);
  return record;
}

/** What each member of a body is that nobody else may read. */
export const kinds: Readonly<Record<string, SecretKind>> = {
  password: 'password',
  current_password: 'password',
  new_password: 'password',
  access_token: 'token',
  refresh_token: 'token',
  temp_token: 'token',
  enrollment_token: 'token',
  mfa_proof: 'token',
  trusted_device: 'token',
  client_assertion: 'token',
  client_secret: 'client secret',
  secret: 'TOTP secret',
  recovery_code: 'recovery code',
  recovery_codes: 'recovery code',
  continue_code: 'recovery code',
  address_code: 'one-time code',
  colleague_code: 'one-time code',
  new_recovery_code: 'recovery code',
  codes: 'recovery code',
  code: 'recovery code', // a bypass code
  mfa_token: 'one-time code',
  token: 'one-time code',
  phone: 'address or number',
  email: 'address or number',
  username: 'user name',
  actor_username: 'user name',
  changed_by_username: 'user name',
  owner_username: 'user name',
  requested_by_username: 'user name',
  decided_by_username: 'user name',
  bypass_code: 'recovery code', // the member of the rules of this name holds no text
  duo_code: 'one-time code',
  verification_code: 'one-time code', // of a verified push
};
