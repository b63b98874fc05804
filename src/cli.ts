#!/usr/bin/env node
import { cacheCompiled } from './service/cache-compiled.ts';

cacheCompiled();
// Imported after that, so that what Node compiles of them is kept too.
const [{ CommanderError }, { askHidden }, { sallyport }, { runInTerminal }] = await Promise.all([
  import('commander'),
  import('./service/cli/ask-hidden.ts'),
  import('./service/cli/commands.ts'),
  import('./service/cli/run-in-terminal.ts'),
]);

const there = {
  env: process.env,
  stdin: process.stdin,
  stdout: process.stdout,
  columns: process.stdout.columns,
  askHidden: process.stdin.isTTY ? askHidden : null,
  print: (line: string) => void process.stdout.write(`${line}\n`),
  complain: (line: string) => void process.stderr.write(`${line}\n`),
  end: (code: number) => {
    process.exitCode = code;
  },
};

await runInTerminal(async () => {
  try {
    await sallyport(process.argv.slice(2), there);
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    process.exitCode = error.exitCode; // commander has already shown the error or the help
  }
}, process.env);
