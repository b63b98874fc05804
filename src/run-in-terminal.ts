import { existsSync } from 'node:fs';
import { Problem } from './problem.ts';

/** Runs a command to its end. What goes wrong is told in one readable line, and the exit code is 1. */
export async function runInTerminal(command: () => Promise<void>): Promise<void> {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', unlessUnread);
  try {
    if (existsSync('.env')) process.loadEnvFile('.env');
    await command();
  } catch (error) {
    if (isUnread(error)) return;
    process.stderr.write(`${readable(error)}\n`);
    process.exitCode = 1;
  }
}

/** The program behind a pipe, such as `head`, has read enough: no fault of ours, and no reason to stop half-way. */
function unlessUnread(error: Error): void {
  if (!isUnread(error)) throw error;
}

function isUnread(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EPIPE';
}

function readable(error: unknown): string {
  if (error instanceof Problem) {
    const { detail, errors } = error.extensions;
    const faults = Array.isArray(errors)
      ? errors.map((one) => `${one.pointer.replace('#/', '')}: ${one.detail}`)
      : [];
    return [typeof detail === 'string' ? detail : error.title, ...faults].join('. ');
  }
  if (error instanceof AggregateError) return error.errors.map(readable).join('; ');
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error && !error.message ? ` (${String(error.code)})` : '';
  return `${error.message}${code}`;
}
