#!/usr/bin/env node
import { CommanderError } from 'commander';
import { askHidden } from './service/cli/ask-hidden.ts';
import { sallyport } from './service/cli/commands.ts';
import { runInTerminal } from './service/cli/run-in-terminal.ts';

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
