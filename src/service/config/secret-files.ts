import { readFileSync } from 'node:fs';
import { errorName } from '../../lib/error-name.ts';

/** The variables that contain a secret, or a login in a URL. */
export const secretNames = [
  'DATABASE_URL',
  'MIGRATION_DATABASE_URL',
  'REDIS_URL',
  'VAULT_KEYS',
  'AUDIT_HTTP_TOKEN',
  'SMTP_URL',
  'TWILIO_AUTH_TOKEN',
  'TWILIO_API_KEY_SECRET',
  'DUO_CLIENT_SECRET',
  'DUO_AUTH_SKEY',
] as const;

type Env = Readonly<Record<string, string | undefined>>;
type FileFault = { readonly at: string; readonly says: string };

/**
 * Reads secrets from files: for each secret NAME, NAME_FILE is the path of a file with its value. A line break at the
 * end and a byte order mark are not part of the value. Faults name the variable and the path, but never the content of
 * a file.
 */
export function readSecretFiles(env: Env) {
  const found: Record<string, string> = {};
  const faults: FileFault[] = [];
  for (const name of secretNames) {
    const at = `${name}_FILE`;
    const path = env[at];
    if (path === undefined) continue;
    if (env[name] !== undefined) {
      faults.push({ at, says: `must not be set with ${name}: one of them is enough` });
      continue;
    }
    try {
      const text = readFileSync(path, 'utf8').replace(/^\uFEFF|[\r\n]+$/g, '');
      if (text.trim()) found[name] = text;
      else faults.push({ at, says: `names an empty file: ${path}` });
    } catch (error) {
      faults.push({ at, says: `names a file that cannot be read: ${path} (${errorName(error)})` });
    }
  }
  return { found, faults };
}
