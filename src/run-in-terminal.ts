import { existsSync } from 'node:fs';
import { sayFailure } from './say-failure.ts';

/** Runs a command to its end. What goes wrong is told in one readable line, and the exit code is 1. */
export async function runInTerminal(
  command: () => Promise<void>,
  env: NodeJS.ProcessEnv = {},
): Promise<void> {
  const given = new Set(Object.keys(env));
  for (const stream of [process.stdout, process.stderr]) stream.on('error', unlessUnread);
  try {
    if (existsSync('.env')) process.loadEnvFile('.env');
    await command();
  } catch (error) {
    if (isUnread(error)) return;
    process.stderr.write(`${withSource(sayFailure(error), env, given)}\n`);
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

/** Beside each variable that is at fault, whether its value came from `.env` or from outside, where another one may lie. */
function withSource(told: string, env: NodeJS.ProcessEnv, given: ReadonlySet<string>): string {
  return told.replace(/^( *→ at )([A-Z_]+)$/gm, (line, _arrow, name: string) => {
    if (env[name] === undefined) return `${line} (not set)`;
    return `${line} (from ${given.has(name) ? 'the environment' : '.env'})`;
  });
}
