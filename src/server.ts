import { cacheCompiled } from './service/cache-compiled.ts';
import { reportSlow, startLine } from './service/report-slow.ts';

const print = (line: string) => void process.stdout.write(`${line}\n`);
print(startLine);
cacheCompiled();
// Imported after the first line is printed, because loading takes seconds on a slow machine.
const [{ runInTerminal }, { readConfig }, { serve }] = await reportSlow(print)('Loading the program', () =>
  Promise.all([
    import('./service/cli/run-in-terminal.ts'),
    import('./service/config/config.ts'),
    import('./service/serve.ts'),
  ]),
);

await runInTerminal(() => serve(readConfig(process.env)), process.env);
