import { z } from 'zod';

const wordy = /changeme|placeholder|replaceme|password/i;

const VaultKey = z
  .string()
  .trim()
  .superRefine((text, context) => {
    const fault = faultIn(text);
    if (fault) context.addIssue(fault);
  })
  .transform((text) => ({ id: text.split(':')[0] ?? '', key: Buffer.from(base64In(text), 'base64') }));

/** `id:base64(32 bytes)[,…]`, as in VAULT_KEYS and in the key file of an embedded database. */
export const VaultKeys = z
  .string()
  .transform((text) => text.split(','))
  .pipe(z.tuple([VaultKey], VaultKey))
  .refine((keys) => new Set(keys.map(({ id }) => id)).size === keys.length, 'must give each key its own id');

function faultIn(text: string): string | undefined {
  const base64 = base64In(text);
  if (!/^[\w-]{1,32}:/.test(text)) {
    return 'must begin with an id of 1 to 32 letters, digits, _ or -, and a colon';
  }
  if (!/^[A-Za-z0-9+/]{43}=$/.test(base64) || !isCanonical(base64)) {
    return 'must hold 32 bytes in base64 after the colon, such as `openssl rand -base64 32` makes';
  }
  if (isGuessable(base64)) return 'must be random, not text, a pattern or a placeholder';
}

function base64In(text: string): string {
  return text.slice(text.indexOf(':') + 1);
}

function isCanonical(base64: string): boolean {
  return Buffer.from(base64, 'base64').toString('base64') === base64;
}

/** Whether a person probably typed this key. Fewer than one random key in a thousand million looks like that. */
function isGuessable(base64: string): boolean {
  const decoded = Buffer.from(base64, 'base64');
  const bytes = [...decoded];
  const steps = bytes.slice(1).map((byte, at) => (byte - (bytes[at] ?? 0)) & 0xff);
  const isPattern = new Set(bytes).size < 12 || new Set(steps).size < 4;
  const isText = /^[\s!-~]+$/.test(decoded.toString('latin1'));
  return isPattern || isText || wordy.test(base64);
}
