import type { KeySet } from './key-set.ts';

const longest = 8192; // characters; a token of Sallyport has about 900

/** The claims of a JWT of this `typ` that one of the keys has signed, or undefined. Their meaning is not looked at. */
export async function verifySigned(
  token: string,
  expectedTyp: string,
  keys: KeySet,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  const parts = token.length > longest ? [] : token.split('.');
  const [header, payload, signature] = parts;
  if (parts.length !== 3 || !header || !payload || !signature) return undefined;
  const { alg, typ, kid, crit } = objectOf(header);
  if (alg !== 'ES256' || crit !== undefined || typeof kid !== 'string') return undefined;
  if (
    String(typ)
      .toLowerCase()
      .replace(/^application\//, '') !== expectedTyp
  )
    return undefined;
  const key = await keys.named(kid);
  const signed = bytesOf(signature);
  if (!key || !signed) return undefined;
  const algorithm = { name: 'ECDSA', hash: 'SHA-256' };
  const bytes = new TextEncoder().encode(`${header}.${payload}`);
  return (await crypto.subtle.verify(algorithm, key, signed, bytes)) ? objectOf(payload) : undefined;
}

function objectOf(part: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytesOf(part)));
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

function bytesOf(base64url: string): Uint8Array<ArrayBuffer> | undefined {
  if (!/^[\w-]+$/.test(base64url)) return undefined;
  try {
    const text = atob(base64url.replaceAll('-', '+').replaceAll('_', '/'));
    return Uint8Array.from(text, (one) => one.charCodeAt(0));
  } catch {
    return undefined;
  }
}
