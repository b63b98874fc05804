import { runInTerminal } from './run-in-terminal.ts';
import { startLine } from './say-start.ts';

await runInTerminal(async () => {
  const line = startLine(process.env);
  if (line) process.stdout.write(`${line}\n`);
  // Loaded after the line, which must not wait: it takes seconds on a slow machine.
  const [{ readConfig }, { serve }] = await Promise.all([import('./config.ts'), import('./serve.ts')]);
  await serve(readConfig(process.env));
});
