import { createHash, randomBytes } from 'node:crypto';

/** 256 random bits, base64url: 43 characters. */
export function newSecretToken(): string {
  return randomBytes(32).toString('base64url');
}

/**
 * The SHA-256 in base64url, which the database stores in place of the secret. A plain hash is enough only for a secret
 * that the service generated with at least 112 bits (NIST SP 800-63B 3.1.2.2).
 */
export function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url');
}
