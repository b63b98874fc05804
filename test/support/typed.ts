import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { CommanderError } from 'commander';
import { sallyport } from '../../src/service/cli/commands.ts';

/** What `sallyport` shows for these words, in this process. A fault that is no mistake of typing is thrown. */
export async function typed(...words: readonly string[]) {
  return typedIn({}, words);
}

export async function typedIn(
  env: Readonly<Record<string, string | undefined>>,
  words: readonly string[],
  stdin = '',
) {
  const stdout = new PassThrough();
  const printed: string[] = [];
  const complaints: string[] = [];
  let code = 0;
  const there = {
    env,
    stdout,
    columns: 80,
    askHidden: null,
    stdin: (async function* () {
      yield stdin;
    })(),
    print: (line: string) => void printed.push(line),
    complain: (line: string) => void complaints.push(line),
    end: (exitCode: number) => {
      code = exitCode;
    },
  };
  try {
    await sallyport(words, there);
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    code = error.exitCode;
  }
  stdout.end();
  return { code, printed, complaints, stdout: await text(stdout) };
}
