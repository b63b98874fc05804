import { readConfig } from './config.ts';
import { runInTerminal } from './run-in-terminal.ts';
import { serve } from './serve.ts';

await runInTerminal(() => serve(readConfig(process.env)), process.env);
