import { readConfig } from './config.ts';
import { serve } from './serve.ts';
import { runInTerminal } from './terminal.ts';

await runInTerminal(() => serve(readConfig(process.env)));
