const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/**
 * In bytes. RFC 4226 section 4 (R6) requires 128 bits, and the secrets of this service have 160. Older applications
 * used 80 bits, as Google Authenticator first did.
 */
export const enoughBytes = 16;
export const fewestBytes = 10;
/** In bytes: one block of HMAC-SHA-1. By RFC 2104, a longer key adds no strength. */
export const mostBytes = 64;

/**
 * Reads a TOTP secret of another application and returns it in the form of this service. That form is base32 (RFC 4648
 * section 6) in capitals, without spaces, padding, and bits after the last byte. Null if the text is not such a secret.
 */
export function readTotpSecret(text: string): { readonly secret: string; readonly bytes: number } | null {
  const plain = text.replace(/[ -]/g, '').replace(/=+$/, '').toUpperCase();
  const bits = plain.length * 5;
  if (!/^[A-Z2-7]+$/.test(plain) || ![0, 2, 4, 5, 7].includes(plain.length % 8)) return null;
  const beyond = bits % 8;
  const last = alphabet.indexOf(plain.slice(-1));
  return { secret: plain.slice(0, -1) + alphabet[(last >> beyond) << beyond], bytes: (bits - beyond) / 8 };
}
