const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** RFC 4226 4 R6 asks for 128 bits, and ours have 160. Older applications made 80, as Google Authenticator first did. */
export const enoughBytes = 16;
export const fewestBytes = 10;
/** A block of HMAC-SHA-1; RFC 2104 gives nothing for more. */
export const mostBytes = 64;

/**
 * A TOTP secret as another application kept it, in the form that we keep: base32 (RFC 4648 6) in capitals, no spaces,
 * no padding, no bits beyond the last byte. Null where it is none.
 */
export function readTotpSecret(text: string): { readonly secret: string; readonly bytes: number } | null {
  const plain = text.replace(/[ -]/g, '').replace(/=+$/, '').toUpperCase();
  const bits = plain.length * 5;
  if (!/^[A-Z2-7]+$/.test(plain) || ![0, 2, 4, 5, 7].includes(plain.length % 8)) return null;
  const beyond = bits % 8;
  const last = alphabet.indexOf(plain.slice(-1));
  return { secret: plain.slice(0, -1) + alphabet[(last >> beyond) << beyond], bytes: (bits - beyond) / 8 };
}
