import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Load } from './load.ts';

type Plan = {
  readonly url: string;
  readonly authorization: string;
  readonly clients: number;
  readonly seconds: number;
};

const program = fileURLToPath(import.meta.resolve('autocannon'));

/** The same as load.ts, by a generator that others wrote, in a process of its own. */
export async function cannonade({ url, authorization, clients, seconds }: Plan): Promise<Load> {
  const words = ['-c', String(clients), '-d', String(seconds), '-H', `authorization=${authorization}`];
  const child = spawn(process.execPath, [program, ...words, '--json', url], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    said += chunk;
  });
  const code = await new Promise((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`autocannon ended with ${code}.`);
  const { latency, duration, errors, timeouts, ...result } = Object(JSON.parse(said));
  const answers = Number(result['2xx']) + Number(result.non2xx);
  return {
    perSecond: answers / Number(duration),
    p50: Number(latency.p50),
    p99: Number(latency.p99),
    answers,
    wrong: Number(result.non2xx) + Number(errors) + Number(timeouts),
  };
}
