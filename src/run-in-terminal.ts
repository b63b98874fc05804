import { existsSync, readFileSync } from 'node:fs';
import { readEnvFile } from './config/env-file.ts';
import { misspeltNames } from './config/known-names.ts';
import { Problem } from './problem.ts';

type Env = Record<string, string | undefined>;

/**
 * Runs a command to its end, after it has put into the environment what the file `.env` says and the environment does not.
 * What goes wrong is told in one readable line, and the exit code is 1.
 */
export async function runInTerminal(command: () => Promise<void>, env: Env = {}): Promise<void> {
  try {
    for (const warning of [...misspeltNames(env), ...loadEnvFile(env)]) complain(`Warning: ${warning}`);
    await command();
  } catch (error) {
    complain(readable(error));
    process.exitCode = 1;
  }
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
