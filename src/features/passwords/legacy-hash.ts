import { type BinaryLike, pbkdf2, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { verify as verifyArgon2 } from '@node-rs/argon2';
import { verify as verifyBcrypt } from '@node-rs/bcrypt';
import { normalizePassword } from '../../domain/passwords/password-policy.ts';
import { readHash, type StoredHash, scryptBytes } from '../../domain/passwords/stored-hash.ts';

const pbkdf2Bytes = promisify(pbkdf2);
const scryptTag = promisify<BinaryLike, BinaryLike, number, object, Buffer>(scrypt);

/**
 * Whether a password matches a hash that another application made. Returns false if the text is not such a hash.
 * Those applications hashed the password as the user typed it. Therefore the function tries the normalized form
 * first, and then the typed form.
 */
export async function fitsForeign(text: string, password: string): Promise<boolean> {
  const stored = readHash(text);
  // bcrypt repeats the key after a NUL, and HMAC pads it with NULs. Two different passwords would match the same hash.
  if (stored.scheme === null || password.includes('\0')) return false;
  for (const form of new Set([normalizePassword(password), password])) {
    if (await fits(stored, form)) return true;
  }
  return false;
}

async function fits(stored: StoredHash, password: string): Promise<boolean> {
  switch (stored.scheme) {
    case 'argon2':
      return verifyArgon2(stored.canonical, password);
    case 'bcrypt':
      return verifyBcrypt(password, stored.canonical); // bcrypt uses only the first 72 bytes
    case 'pbkdf2': {
      const { salt, iterations, tag, digest } = stored;
      return timingSafeEqual(await pbkdf2Bytes(password, salt, iterations, tag.length, digest), tag);
    }
    case 'scrypt': {
      const { N, r, p, salt, tag } = stored;
      const maxmem = scryptBytes(stored) + 1; // Node requires a limit above the memory that scrypt takes
      return timingSafeEqual(await scryptTag(password, salt, tag.length, { N, r, p, maxmem }), tag);
    }
  }
}
