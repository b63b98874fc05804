import { existsSync, readFileSync } from 'node:fs';
import { describeFailure } from '../../lib/describe-failure.ts';
import { readEnvFile } from '../config/env-file.ts';
import { misspeltNames } from '../config/known-names.ts';

type Env = Record<string, string | undefined>;

/**
 * Runs a command to its end, after it has put into the environment what the file `.env` says and the environment does not.
 * What goes wrong is told in one readable line, and the exit code is 1.
 */
export async function runInTerminal(command: () => Promise<void>, env: Env = {}): Promise<void> {
  const given = new Set(Object.keys(env));
  for (const stream of [process.stdout, process.stderr]) stream.on('error', unlessUnread);
  try {
    for (const warning of [...misspeltNames(env), ...loadEnvFile(env)]) complain(`Warning: ${warning}`);
    await command();
  } catch (error) {
    if (isUnread(error)) return;
    complain(withSource(describeFailure(error), env, given));
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
function withSource(message: string, env: Env, given: ReadonlySet<string>): string {
  return message.replace(/^( *→ at )([A-Z_]+)$/gm, (line, _arrow, name: string) => {
    if (env[name] === undefined) return `${line} (not set)`;
    return `${line} (from ${given.has(name) ? 'the environment' : '.env'})`;
  });
}

function loadEnvFile(env: Env): readonly string[] {
  if (!existsSync('.env')) return [];
  const { values, warnings } = readEnvFile('.env', readFileSync('.env'));
  for (const [name, value] of Object.entries(values)) env[name] ??= value;
  return warnings;
}

function complain(line: string): void {
  process.stderr.write(`${line}\n`);
}
