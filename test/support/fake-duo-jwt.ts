import { createHmac, timingSafeEqual } from 'node:crypto';

export type Claims = Readonly<Record<string, unknown>>;

/** JWS by hand (RFC 7515), so that the fake shares no code with what it judges. */
export function signJwt(claims: Claims, key: string, alg: 'HS512' | 'HS256' | 'none' = 'HS512'): string {
  const text = [{ alg, typ: 'JWT' }, claims].map(part).join('.');
  return `${text}.${alg === 'none' ? '' : mac(text, key, alg)}`;
}

/** The claims of a token that is signed by HS512 and nothing else; null for any other. */
export function readJwt(token: string, key: string): Claims | null {
  const [header = '', body = '', signature = '', ...more] = token.split('.');
  const { alg } = opened(header) ?? {};
  const right = mac(`${header}.${body}`, key, 'HS512');
  const same =
    signature.length === right.length && timingSafeEqual(Buffer.from(signature), Buffer.from(right));
  return alg === 'HS512' && same && more.length === 0 ? opened(body) : null;
}

function mac(text: string, key: string, alg: 'HS512' | 'HS256'): string {
  return createHmac(alg === 'HS512' ? 'sha512' : 'sha256', key)
    .update(text)
    .digest('base64url');
}

function part(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function opened(text: string): Claims | null {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString());
  } catch {
    return null;
  }
}
