import { existsSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The line that a start on the embedded database shows before anything else is even loaded: the first one takes half a
 * minute on a slow machine. Null with PostgreSQL, whose start is quick or says why not.
 */
export function startLine(env: NodeJS.ProcessEnv): string | null {
  if (env.DATABASE_URL?.trim() || env.DATABASE_URL_FILE?.trim()) return null;
  const folder = env.DATA_DIR?.trim() || './data';
  if (folder === 'memory:' || existsSync(join(folder, 'database'))) return 'Sallyport starts …';
  return `Sallyport starts, and makes its database in ${folder}. On a slow machine that takes half a minute …`;
}
