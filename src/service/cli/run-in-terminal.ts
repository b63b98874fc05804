import { existsSync, readFileSync } from 'node:fs';
import { describeFailure } from '../../lib/describe-failure.ts';
import { readEnvFile } from '../config/env-file.ts';
import { misspeltNames } from '../config/known-names.ts';

type Env = Record<string, string | undefined>;

/**
 * Runs a command. First it adds the variables of the file `.env` that the environment does not set. On an error it
 * prints one readable line and sets the exit code to 1.
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

/** The program behind a pipe, such as `head`, has read enough. That is no error, and the command goes on. */
function unlessUnread(error: Error): void {
  if (!isUnread(error)) throw error;
}

function isUnread(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EPIPE';
}

/** Adds to each wrong variable whether its value came from `.env` or from the environment, because both may set it. */
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
