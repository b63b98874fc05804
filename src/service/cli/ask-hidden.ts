import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';

/** Asks a question on the terminal and does not show the answer. Throws if the user stops (Control-C, Control-D). */
export async function askHidden(question: string): Promise<string> {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: nowhere, terminal: true });
  const stopped = new AbortController();
  lines.once('SIGINT', () => stopped.abort());
  lines.once('close', () => stopped.abort());
  process.stderr.write(question);
  try {
    return await lines.question('', { signal: stopped.signal });
  } catch (cause) {
    throw new Error('Nothing was typed, and nothing was changed.', { cause });
  } finally {
    lines.close();
    process.stderr.write('\n');
  }
}
