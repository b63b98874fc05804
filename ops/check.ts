import { type ChildProcess, spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { text } from 'node:stream/consumers';

/*
 * npm run check: the parts beside each other, one for each processor. Prints what each of them said, and ends with 1 if
 * one of them failed.
 *
 * Each compiler has one thread. The four checkers that it has otherwise repeat each other's work: of this project they
 * took 73 seconds of a processor in place of 42.
 */
const parts: readonly (readonly [program: string, ...words: string[]])[] = [
  ['tsc', '--singleThreaded'],
  ['tsc', '-p', 'packages/client', '--singleThreaded'],
  ['biome', 'check', '.'],
  ['knip'],
  ['tsc', '-p', 'web', '--singleThreaded'],
];

const running = new Set<ChildProcess>();
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => {
    for (const child of running) child.kill(signal);
    process.exit(1);
  });

const waiting = [...parts];
await Promise.all(Array.from({ length: availableParallelism() }, runWaiting));

async function runWaiting(): Promise<void> {
  for (let part = waiting.shift(); part; part = waiting.shift()) await run(...part);
}

async function run(program: string, ...words: readonly string[]): Promise<void> {
  const child = spawn(program, words, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...(process.stdout.isTTY && { FORCE_COLOR: '1' }) },
  });
  running.add(child);
  const ended = new Promise<number | null>((resolve, reject) =>
    child.once('close', resolve).once('error', reject),
  );
  const [printed, complaints, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  running.delete(child);
  process.stdout.write(`${[program, ...words].join(' ')}: ${code === 0 ? 'nothing' : 'failed'}\n`);
  if (code === 0) return;
  process.stdout.write(printed + complaints);
  process.exitCode = 1;
}
