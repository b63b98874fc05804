import { randomInt, timingSafeEqual } from 'node:crypto';

/** Keyed, because a plain hash of six digits is as good as the digits: HMAC-SHA-256, by the key that `like` was made with. */
export type Mac = (text: string, like?: string) => string;

/** Six random digits (NIST SP 800-63B 3.1.3.2: at least 20 bits), leading zeros kept. */
export function newCode(): string {
  return randomInt(1_000_000).toString().padStart(6, '0');
}

export function codeMatches(mac: Mac, codeMac: string, code: string): boolean {
  const [sent, came] = [Buffer.from(codeMac), Buffer.from(mac(code, codeMac))];
  return sent.length === came.length && timingSafeEqual(sent, came);
}
