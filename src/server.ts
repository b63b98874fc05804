import { startLine, tellSlow } from './tell-slow.ts';

const print = (line: string) => void process.stdout.write(`${line}\n`);
print(startLine);
// Loaded after that line, for this takes seconds on a slow machine.
const [{ runInTerminal }, { readConfig }, { serve }] = await tellSlow(print)('Loading the program', () =>
  Promise.all([import('./run-in-terminal.ts'), import('./config.ts'), import('./serve.ts')]),
);

await runInTerminal(() => serve(readConfig(process.env)), process.env);
